import { join } from "node:path";
import { formatTimestamp } from "../../base/clock.ts";
import { CueLoopError } from "../../base/errors.ts";
import { hasEnded, processStart } from "../../base/identity.ts";
import { isAncestor } from "../../git/ancestry.ts";
import { readRef } from "../../git/refs/refs.ts";
import { fetchBranch } from "../../git/remote/branch.ts";
import { resolveCommit } from "../../git/repository.ts";
import { filesOfTask } from "../files/paths.ts";
import { readResult } from "../files/result-file.ts";
import { checkoutOf } from "../preflight/target.ts";
import type { ParallelRun } from "../run.ts";
import type { WorkerRecord } from "../state/record.ts";
import type { AdminLock } from "../worktree/admin-lock.ts";
import { listOurWorktrees } from "../worktree/list.ts";
import { isSamePlace } from "./advance.ts";
import { carryOn } from "./carry-on.ts";
import { setBackKilled } from "./checkout/killed.ts";
import { bringBack } from "./checkout/move-target.ts";
import { type Journal, readLandingJournal, removeLandingJournal } from "./journal.ts";
import { type Clearing, type Landing, type LandingEnd, landingOf } from "./landing.ts";
import { afterInterruption, type InterruptedFacts } from "./next-step.ts";

/**
 * Goes on with the landing whose process did not survive it: what stopped half-way is set back or completed, books,
 * record and clearing up follow. Null where there was none, and where it counts for nothing, so that the result can be
 * landed from the beginning. Takes the admin lock itself; may be interrupted and repeated.
 * Errors: `parallel.landing_unreadable`, `parallel.landing_alive`, `parallel.fetch_failed`, and those of git.
 */
export async function finishLanding(run: ParallelRun, admin: AdminLock, clear?: Clearing): Promise<LandingEnd | null> {
  const journal = readLandingJournal(run.context.runtimeDir);
  if (journal === null) return null;
  if (!hasEnded(journal.pid, journal.pid_start ?? "0") && journal.pid !== process.pid) throw alive(journal);
  return admin.run(() => goOn(run, admin, journal, clear));
}

async function goOn(present: ParallelRun, admin: AdminLock, journal: Journal, clear: Clearing | undefined): Promise<LandingEnd | null> {
  const place = await checkoutOf(present.context, journal.target);
  const isHere = place !== null && isSamePlace(place, present.context.root);
  // This run may have another target, or publish otherwise.
  const target = { branch: journal.target, elsewhere: !isHere, remote: journal.remote };
  const run: ParallelRun = { ...present, mode: journal.mode, target };
  const { context } = run;
  const record = run.state.find(journal.task_id) ?? (await rebuiltRecord(run, journal));
  const result = readResult(filesOfTask(context.runtimeDir, journal.task_id).result);
  const isKnown = (await resolveCommit(context, journal.new)) !== null;
  if (isHere && isKnown) await setBackKilled(context, journal);
  if (journal.backup) await bringBack(run, record, journal, null);
  if (!isKnown || result === null || result.token !== journal.token) {
    removeLandingJournal(context.runtimeDir);
    return null;
  }
  const step = afterInterruption(await factsOf(run, journal));
  if (step === "land_again") {
    removeLandingJournal(context.runtimeDir);
    return null;
  }
  const landing = landingOf(run, admin, record, result, clear);
  return settle(landing, await carryOn(landing, taken(journal, step === "finish" ? "advanced" : journal.step), []));
}

/** The journal in our own name. What the remote has need not be pushed again. */
function taken(journal: Journal, step: Journal["step"]): Journal {
  const own = { pid: process.pid, pid_start: processStart(process.pid) };
  return { ...journal, ...own, backup: false, step: step === "prepared" && journal.remote !== null ? "pushed" : step };
}

async function factsOf({ context }: ParallelRun, journal: Journal): Promise<InterruptedFacts> {
  const local = await readRef(context, `refs/heads/${journal.target}`);
  return {
    isPushed: journal.remote !== null,
    isAcknowledged: journal.step !== "prepared",
    isOnRemote: journal.remote !== null && (await isOnRemote(context, journal.new, journal.remote)),
    isOnTarget: local !== null && (await isAncestor(context, journal.new, local)),
    isTargetUnmoved: local === journal.old,
  };
}

async function isOnRemote(context: ParallelRun["context"], commit: string, remote: NonNullable<Journal["remote"]>): Promise<boolean> {
  const fetched = await fetchBranch(context, remote);
  if (fetched.kind === "fetched") return fetched.tip !== null && (await isAncestor(context, commit, fetched.tip));
  throw new CueLoopError("parallel.fetch_failed", {
    message: `Whether an interrupted landing had reached ${remote.name}/${remote.branch} cannot be found out: ${fetched.reason}`,
    hint: "Check the remote (`git remote -v`) and your credentials, then start again.",
  });
}

/** What could not be brought to an end stays for the run to land, or for a person. */
function settle(landing: Landing, end: Awaited<ReturnType<typeof carryOn>>): LandingEnd | null {
  if (end.kind === "race" || end.kind === "later") return null;
  if (end.kind !== "blocked") return end;
  landing.run.state.patch(landing.taskId, {
    lifecycle: "blocked_push",
    step: "done",
    completed_at: formatTimestamp(landing.run.context.clock.now()),
    last_error: end.reason,
    pid: null,
    pid_start: null,
  });
  return end;
}

/** The state file was lost: what git knows of the worktree. */
async function rebuiltRecord(run: ParallelRun, journal: Journal): Promise<WorkerRecord> {
  const worktree = (await listOurWorktrees(run.context)).find(({ taskId }) => taskId === journal.task_id);
  return run.state.upsert({
    task_id: journal.task_id,
    workspace_path: worktree?.path ?? join(run.workspaceRoot, journal.task_id),
    lifecycle: "integrating",
    started_at: worktree?.note?.created_at ?? formatTimestamp(run.context.clock.now()),
    push_attempts: 0,
    branch: worktree?.branch ?? worktree?.note?.branch ?? `${run.branchPrefix}${journal.task_id}`,
    base_commit: worktree?.note?.base ?? journal.base,
    step: "landing",
    token: journal.token,
    run_id: worktree?.runId ?? null,
    ...(worktree?.note ? { seeded: [...worktree.note.seeded] } : {}),
  });
}

function alive(journal: Journal): CueLoopError {
  return new CueLoopError("parallel.landing_alive", {
    message: `${journal.task_id} is being landed on ${journal.target} by process ${journal.pid}, which still runs.`,
    hint: "Wait until it has ended, then start again.",
    where: { taskId: journal.task_id },
  });
}
