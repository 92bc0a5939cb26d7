import { isCueLoopError } from "../base/errors.ts";
import { gatedTaskRunners, requireTrustedTask } from "../config/trust/task-runner.ts";
import { requireWorkTree } from "../git/repository.ts";
import { removeOrphanedWorktrees } from "../git/worktrees.ts";
import type { BlockingState } from "../queue/blocking.ts";
import { type QueueLock, waitForQueueLock } from "../queue/store/lock.ts";
import { logWarnings, readBooks } from "../queue/store/read.ts";
import type { Task } from "../queue/task.ts";
import { afterTask, askAfterTask, pruneDeadRuns } from "./after-task.ts";
import { announceBlocked, announceEnd, announceFailure, announceSettings, announceStart, announceTaskEnd } from "./announce.ts";
import { workTask } from "./attempt.ts";
import { blockingStateOf } from "./blocking.ts";
import type { Completed } from "./completion/complete.ts";
import type { RunContext } from "./context.ts";
import { interrupted, isCountedFailure } from "./errors.ts";
import type { TaskOutcome } from "./events.ts";
import type { HookSettings, TaskEnding } from "./hooks.ts";
import { Tally } from "./job.ts";
import { publishModeOf, type RunOneOptions, type RunOneResult, type RunSettings } from "./options.ts";
import type { EarlierAttempt } from "./resume/earlier.ts";
import { checkTarget, decideStart, type StartPoint } from "./resume/execute.ts";
import { nothingToResume } from "./resume/refused.ts";
import { finishUnfinished } from "./resume/unfinished.ts";
import { resolveTaskSettings } from "./settings/task-settings.ts";
import { chooseTask } from "./start/choose-task.ts";
import { loadPlugins } from "./start/plugins.ts";
import { requirePrograms } from "./start/programs.ts";
import { askRunStart } from "./start/run-start.ts";
import { requireStartable } from "./start/startable.ts";
import { type FailedTask, giveUpUnbegun } from "./undo/give-up.ts";

/** What a loop remembers from task to task. */
export interface LoopMemory {
  /** Dirty paths, with fingerprints, as earlier tasks left them. */
  readonly left: Map<string, string | null>;
  /** Tasks finished or failed, those of an interrupted loop that is gone on with included. */
  completed: number;
  readonly maxTasks: number;
  /** Tasks that failed, and are not taken again. */
  readonly failed: FailedTask[];
}

export interface NextTask {
  readonly id: string | null;
  readonly message: string | null;
  readonly run: RunSettings;
  readonly loop: LoopMemory | null;
  /** Tasks that hooks passed over, with their reasons; added to. */
  readonly skipped: Map<string, string>;
  /** Where to begin, decided before; null: what an earlier run left open is still to be settled, going on with it unasked if `resume`. */
  readonly start: StartPoint | null;
  readonly resume: boolean;
}

/**
 * Runs exactly one task, then ends. Throws what ended the attempt: `run.*`, `queue.lock_held`, `queue.invalid`
 * and others; the events told it already.
 */
export async function runOne(context: RunContext, options: RunOneOptions): Promise<RunOneResult> {
  const from = context.clock.monotonicMs();
  const { id = null, message = null, resume = false, ...run } = options;
  announceStart(context, id);
  try {
    await askRunStart(context, run, id);
    const result = await runNextTask(context, { id, message, run, loop: null, skipped: new Map(), start: null, resume });
    const ran = result.kind === "ran" ? 1 : 0;
    if (result.kind !== "ran" && result.blocking !== null) announceBlocked(context, result.blocking, null);
    announceEnd(context, { exitCode: 0, outcome: result.kind, attempted: ran, succeeded: ran, failed: 0, from });
    return result;
  } catch (error) {
    const failed = isCountedFailure(error) ? 1 : 0;
    announceFailure(context, error, { attempted: failed, succeeded: 0, failed, from });
    throw error;
  }
}

/** One task from selection to its end, under the queue lock. */
export async function runNextTask(context: RunContext, next: NextTask): Promise<RunOneResult> {
  if (context.signal.aborted) throw interrupted(null);
  const workTree = requireWorkTree(context);
  // Awaited as soon as the lock is there; where it is not, that counts.
  workTree.catch(() => undefined);
  const lock = await waitForQueueLock(context, "run one", { runId: context.runId });
  try {
    await workTree;
    const found = next.start ?? (await settleEarlier(context, { ...next, lock }));
    const books = readBooks(context, "strict");
    logWarnings(context, books.warnings);
    const start = checkTarget(context, found, books);
    if (next.loop !== null && next.message !== null && start.taskId === null) throw nothingToResume();
    const { includeDraft, includeNew } = next.run;
    const { runId, resumedRuns: earlierRuns, clock } = context;
    const id = next.id ?? start.taskId;
    const failed = failedIds(next.loop);
    const wish = { id, includeDraft, includeNew, runId, earlierRuns, failed, now: clock.now() };
    // A remark is for the task it was made about.
    const isNamed = next.id !== null || next.message !== null;
    const chosen = await chooseTask(context, books, { ...wish, skipped: next.skipped, isNamed });
    if (chosen.kind !== "task") return chosen;
    const { task, hookSettings } = chosen;
    context.emit({ kind: "task_selected", task_id: task.id, message: task.title });
    const earlier = start.earlier?.session.task_id.trim() === task.id.trim() ? start.earlier : null;
    const { outcome, commit } = await attempt(context, { ...next, earlier, hookSettings }, task, lock);
    return { kind: "ran", taskId: task.id, title: task.title, outcome, commit };
  } catch (error) {
    throw context.signal.aborted && isCueLoopError(error, "git.interrupted") ? interrupted(null, error) : error;
  } finally {
    context.claims.release();
    lock.release();
  }
}

/** Ids of the tasks that failed in a loop. */
export function failedIds(loop: LoopMemory | null): ReadonlySet<string> {
  return new Set(loop?.failed.map(({ taskId }) => taskId.trim()));
}

/** What an earlier run left open: first an undo, and what only its archive or commit lacks, then a task in the middle. */
export async function settleEarlier(
  context: RunContext,
  next: Pick<NextTask, "id" | "run" | "resume"> & { readonly lock: QueueLock },
): Promise<StartPoint> {
  const { lock, run, resume } = next;
  await removeOrphanedWorktrees(context);
  await finishUnfinished(context, { lock, publishMode: publishModeOf(context, run) });
  await pruneDeadRuns(context);
  return decideStart(context, { books: readBooks(context, "strict"), explicitId: next.id, auto: resume, announceMissing: resume });
}

/** A task to be worked, with an interrupted attempt at this very task. */
interface Chosen extends NextTask {
  readonly earlier: EarlierAttempt | null;
  readonly hookSettings: HookSettings | null;
}

/** The attempt at a selected task, with the event that ends it. */
async function attempt(context: RunContext, next: Chosen, task: Task, lock: QueueLock): Promise<Completed> {
  const from = context.clock.monotonicMs();
  const tally = new Tally();
  let ending: Pick<TaskEnding, "outcome" | "commit"> = { outcome: "failed", commit: null };
  const spent = () => ({ duration_ms: Math.round(context.clock.monotonicMs() - from), usage: tally.total() });
  try {
    const result = await begin(context, next, task, lock, tally);
    ending = result;
    announceTaskEnd(context, task, { outcome: result.outcome, ...(result.commit === null ? {} : { commit: result.commit }), ...spent() });
    return result;
  } catch (thrown) {
    const isCause = !context.signal.aborted || isCueLoopError(thrown, "run.interrupted");
    const failure = isCause ? thrown : interrupted(task.id, thrown);
    const error = next.run.keepGoing === true ? await giveUpUnbegun(context, task, lock, failure) : failure;
    const failed = failureOf(context, error);
    ending = { outcome: failed.outcome, commit: null };
    announceTaskEnd(context, task, { ...failed, ...spent() }, error);
    throw error;
  } finally {
    await afterTask(context, { task, includeDraft: next.run.includeDraft, left: next.loop?.left ?? null });
    const { duration_ms: durationMs, usage } = spent();
    await askAfterTask(context, { task, ...ending, durationMs, usage });
  }
}

async function begin(context: RunContext, next: Chosen, task: Task, lock: QueueLock, tally: Tally): Promise<Completed> {
  const { run, loop, earlier } = next;
  requireTrustedTask(context.trust, task.id, gatedTaskRunners(task.agent, run.agent));
  const plugins = loadPlugins(context);
  const settings = resolveTaskSettings(context, { task, run, plugins, hook: next.hookSettings });
  requirePrograms(context, settings);
  const publishMode = publishModeOf(context, run);
  await requireStartable(context, { ownDirt: earlier !== null, force: run.force, publishMode, left: loop?.left ?? new Map() });
  if (earlier?.resumed === false) {
    context.emit({
      kind: "message",
      task_id: task.id,
      message: `What was changed for ${task.id} before is still in the tree; it starts afresh on top of it.`,
    });
  }
  announceSettings(context, task, settings, publishMode);
  return workTask(context, {
    task,
    run,
    hookSettings: next.hookSettings,
    settings,
    publishMode,
    plugins,
    lock,
    earlier,
    message: next.message,
    completedInLoop: loop?.completed ?? 0,
    maxTasks: loop?.maxTasks ?? 0,
    tally,
  });
}

function failureOf(context: RunContext, error: unknown): { outcome: TaskOutcome; blocking?: BlockingState } {
  if (isCueLoopError(error, "run.interrupted") || isCueLoopError(error, "run.stop_requested")) return { outcome: "cancelled" };
  const blocking = blockingStateOf(context, error);
  return blocking === null ? { outcome: "failed" } : { outcome: "stalled", blocking };
}
