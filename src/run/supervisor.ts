import { isCueLoopError } from "../base/errors.ts";
import { gatedTaskRunners, requireTrustedTask } from "../config/trust/task-runner.ts";
import { requireWorkTree } from "../git/repository.ts";
import type { BlockingState } from "../queue/blocking.ts";
import { type QueueLock, waitForQueueLock } from "../queue/store/lock.ts";
import { logWarnings, readBooks } from "../queue/store/read.ts";
import type { Task } from "../queue/task.ts";
import { afterTask } from "./after-task.ts";
import { announceBlocked, announceEnd, announceFailure, announceSettings, announceStart, announceTaskEnd } from "./announce.ts";
import { workTask } from "./attempt.ts";
import { blockingStateOf } from "./blocking.ts";
import type { Completed } from "./completion/complete.ts";
import type { RunContext } from "./context.ts";
import { interrupted, isCountedFailure } from "./errors.ts";
import type { TaskOutcome } from "./events.ts";
import { Tally } from "./job.ts";
import type { RunOneOptions, RunOneResult, RunSettings } from "./options.ts";
import { resolveTaskSettings } from "./settings/task-settings.ts";
import { loadPlugins } from "./start/plugins.ts";
import { requirePrograms } from "./start/programs.ts";
import { selectForRun } from "./start/select.ts";
import { requireStartable } from "./start/startable.ts";
import { publishModeOf, settleUnfinished } from "./start/unfinished.ts";

/** What a loop remembers from task to task. */
export interface LoopMemory {
  /** Dirty paths, with fingerprints, as earlier tasks left them. */
  readonly left: Map<string, string | null>;
  completed: number;
  readonly maxTasks: number;
}

export interface NextTask {
  readonly id: string | null;
  readonly message: string | null;
  readonly run: RunSettings;
  readonly loop: LoopMemory | null;
}

/**
 * Runs exactly one task, then ends. Throws what ended the attempt: `run.*`, `queue.lock_held`, `queue.invalid`
 * and others; the events told it already.
 */
export async function runOne(context: RunContext, options: RunOneOptions): Promise<RunOneResult> {
  const from = context.clock.monotonicMs();
  const { id = null, message = null, ...run } = options;
  announceStart(context, id);
  try {
    const result = await runNextTask(context, { id, message, run, loop: null });
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
  await requireWorkTree(context);
  const lock = await waitForQueueLock(context, "run one", { runId: context.runId });
  try {
    const books = readBooks(context, "strict");
    logWarnings(context, books.warnings);
    await settleUnfinished(context, { books, lock, force: next.run.force, publishMode: publishModeOf(context, next.run) });
    const { includeDraft, includeNew } = next.run;
    const selection = selectForRun(books, { id: next.id, includeDraft, includeNew, runId: context.runId, now: context.clock.now() });
    if (selection.kind !== "task") return selection;
    const { task } = selection;
    context.emit({ kind: "task_selected", task_id: task.id, message: task.title });
    const { outcome, commit } = await attempt(context, next, task, lock);
    return { kind: "ran", taskId: task.id, title: task.title, outcome, commit };
  } finally {
    lock.release();
  }
}

/** The attempt at a selected task, with the event that ends it. */
async function attempt(context: RunContext, next: NextTask, task: Task, lock: QueueLock): Promise<Completed> {
  const from = context.clock.monotonicMs();
  const tally = new Tally();
  const spent = () => ({ duration_ms: Math.round(context.clock.monotonicMs() - from), usage: tally.total() });
  try {
    const result = await begin(context, next, task, lock, tally);
    announceTaskEnd(context, task, { outcome: result.outcome, ...(result.commit === null ? {} : { commit: result.commit }), ...spent() });
    return result;
  } catch (thrown) {
    const isCause = !context.signal.aborted || isCueLoopError(thrown, "run.interrupted");
    const error = isCause ? thrown : interrupted(task.id, thrown);
    announceTaskEnd(context, task, { ...failureOf(context, error), ...spent() }, error);
    throw error;
  } finally {
    await afterTask(context, { task, includeDraft: next.run.includeDraft, left: next.loop?.left ?? null });
  }
}

async function begin(context: RunContext, next: NextTask, task: Task, lock: QueueLock, tally: Tally): Promise<Completed> {
  const { run, loop } = next;
  requireTrustedTask(context.trust, task.id, gatedTaskRunners(task.agent, run.agent));
  const plugins = loadPlugins(context);
  const settings = resolveTaskSettings(context, { task, run, plugins });
  requirePrograms(context, settings);
  const publishMode = publishModeOf(context, run);
  const earlier = await requireStartable(context, { task, force: run.force, publishMode, left: loop?.left ?? new Map() });
  announceSettings(context, task, settings, publishMode);
  return workTask(context, {
    task,
    run,
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
