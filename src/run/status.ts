import { formatTimestamp } from "../base/clock.ts";
import type { RepoContext } from "../config/context.ts";
import type { BlockingState } from "../queue/blocking.ts";
import type { Books } from "../queue/books.ts";
import { runnabilityReport } from "../queue/runnability.ts";
import { selectNext } from "../queue/selection.ts";
import { type LockState, readLockState } from "../queue/store/lock.ts";
import { readRegistry } from "./processes/registry.ts";
import { decideResume } from "./resume/decide.ts";
import { blockingState, type ResumeDecision } from "./resume/decision.ts";
import { previewFinish } from "./resume/finish/decision.ts";
import { hasRejected, withRecorded } from "./resume/recorded.ts";
import { readSession, type SessionFile } from "./session/session-file.ts";
import { sessionOf } from "./session/session-of.ts";
import { readSidecar, type Sidecar } from "./session/sidecar.ts";

export interface TaskInProgress {
  readonly id: string;
  readonly title: string;
  readonly phase: "planning" | "implementation" | "review";
  /** Counts from 1. */
  readonly iteration: number;
  readonly runner: string;
  readonly model: string;
  readonly started_at: string;
  readonly last_activity_at: string;
  readonly agent_pid: number | null;
}

/** What runs or was interrupted in a repository; the JSON document of `run status`. */
export interface RunStatus {
  readonly version: 1;
  readonly state: "running" | "interrupted" | "idle";
  readonly run: { readonly pid: number; readonly label: string; readonly started_at: string; readonly run_id: string | null } | null;
  readonly tasks: readonly TaskInProgress[];
  /** What a start would decide now about an interrupted task; null while a run lives. */
  readonly resume: ResumeDecision | null;
  readonly blocking: BlockingState | null;
  readonly next: { readonly id: string; readonly title: string } | null;
}

const SUPERVISORS: ReadonlySet<string> = new Set(["run one", "run loop"]);
const PHASES = { 1: "planning", 2: "implementation", 3: "review" } as const;

/** Reads the lock, the session and its sidecar, the registry and the queue; writes nothing. */
export function readRunStatus(repo: RepoContext, books: Books): RunStatus {
  const run = liveRun(readLockState(repo));
  const found = readSession(repo.runtimeDir);
  const sidecar = readSidecar(repo.runtimeDir);
  const now = repo.clock.now();
  const resume = run === null ? previewStart(repo, books, sidecar) : null;
  const isOpen = resume !== null && resume.status !== "falling_back_to_fresh_invocation";
  const session = found.kind === "session" ? found.session : isOpen && sidecar !== null ? sessionOf(repo, sidecar) : null;
  const tasks = session !== null && (run !== null || isOpen) ? [taskInProgress(repo, books, { session, sidecar, live: run !== null })] : [];
  const state = run !== null ? "running" : isOpen ? "interrupted" : "idle";
  const next = selectNext(books, { includeDraft: false, preferDoing: false, now });
  const refused = resume === null ? null : blockingState(resume, formatTimestamp(now));
  const idle = runnabilityReport(books, { includeDraft: false, preferDoing: true, now }).summary.blocking ?? null;
  return {
    version: 1,
    state,
    run,
    tasks,
    resume,
    blocking: refused ?? (run === null && tasks.length === 0 ? idle : null),
    next: next === null ? null : { id: next.id, title: next.title },
  };
}

/** What `run resume` would do now; null when nothing was interrupted. */
function previewStart(repo: RepoContext, books: Books, sidecar: Sidecar | null): ResumeDecision | null {
  if (sidecar === null) return previewResume(repo, books);
  const { id } = sidecar.task_before.task;
  const active = books.queue.tasks.find((task) => task.id === id);
  const isRejected = active?.status === "rejected" || hasRejected(repo, sidecar);
  const finish = previewFinish(sidecar, { isActive: active !== undefined, isRejected });
  if (finish !== null) return finish;
  const decision = previewResume(repo, books);
  return decision === null ? null : withRecorded(repo, sidecar, decision);
}

/** What becomes of the saved session; null when there is none. */
function previewResume(repo: RepoContext, books: Books): ResumeDecision | null {
  const result = decideResume({
    found: readSession(repo.runtimeDir),
    queue: books.queue.tasks,
    now: repo.clock.now(),
    explicitId: null,
    behaviour: "auto_resume",
    mode: "preview",
    canPrompt: false,
    timeoutHours: repo.config.agent.session_timeout_hours,
    announceMissing: false,
    answer: null,
  });
  return result.kind === "decided" ? result.decision : null;
}

function liveRun(lock: LockState): RunStatus["run"] {
  if (lock.kind !== "held" || lock.owner === null || !SUPERVISORS.has(lock.owner.owner.label)) return null;
  const { pid, label, startedAt, runId } = lock.owner.owner;
  return { pid, label, started_at: startedAt, run_id: runId ?? null };
}

export interface Progress {
  readonly session: SessionFile;
  readonly sidecar: Sidecar | null;
  /** Whether its run is alive. */
  readonly live: boolean;
}

/** How far a task has come, by the files below the `.cueloop` of the checkout it is worked in. */
export function taskInProgress(repo: Pick<RepoContext, "runtimeDir">, books: Books, { session, sidecar, live }: Progress): TaskInProgress {
  const own = sidecar !== null && sidecar.session_id === session.session_id ? sidecar : null;
  const registry = own === null || !live ? null : readRegistry(repo.runtimeDir, own.run_id);
  const phase = session.current_phase === 1 || session.current_phase === 3 ? session.current_phase : 2;
  const settings = session[`phase${phase}_settings`];
  return {
    id: session.task_id,
    title: [...books.queue.tasks, ...books.done.tasks].find((task) => task.id.trim() === session.task_id.trim())?.title ?? "",
    phase: PHASES[phase],
    iteration: session.iterations_completed + 1,
    runner: settings?.runner ?? session.runner,
    model: settings?.model ?? session.model,
    started_at: session.run_started_at,
    last_activity_at: own?.updated_at ?? session.last_updated_at,
    agent_pid: registry?.children.find((child) => child.role === "agent")?.pid ?? null,
  };
}
