import { isCueLoopError } from "../base/errors.ts";
import { requireWorkTree } from "../git/repository.ts";
import type { BlockingState } from "../queue/blocking.ts";
import { isCandidate, runnabilityReport } from "../queue/runnability.ts";
import { waitForQueueLock } from "../queue/store/lock.ts";
import { readBooks } from "../queue/store/read.ts";
import { consumeStopRequest } from "../queue/store/stop.ts";
import { kindOfTask, type Task } from "../queue/task.ts";
import { announceBlocked, announceEnd, announceFailure, announceStart } from "./announce.ts";
import type { RunContext } from "./context.ts";
import { isCountedFailure, tooManyFailures } from "./errors.ts";
import type { RunLoopOptions, RunLoopResult, RunSettings } from "./options.ts";
import { FROM_THE_QUEUE, type StartPoint } from "./resume/execute.ts";
import { nothingToResume } from "./resume/refused.ts";
import { readSession, removeSession, writeSession } from "./session/session-file.ts";
import { removeSidecar } from "./session/sidecar.ts";
import { askRunStart } from "./start/run-start.ts";
import { failedIds, type LoopMemory, runNextTask, settleEarlier } from "./supervisor.ts";
import { failedLines, GivenUpError } from "./undo/give-up.ts";
import { lookForTask } from "./wait/look.ts";
import { waitModeFor } from "./wait/settings.ts";
import { waitForWork } from "./wait/wait-for-work.ts";

/** With this many failures one after the other, what fails is hardly the tasks. */
const FAILURES_IN_A_ROW = 50;

/**
 * Runs tasks one after the other until none is runnable, a limit is reached, somebody asks it to stop or a task fails.
 * Where `wait` says so it waits for work instead of ending; it never waits for an answer.
 * Throws what ended the failed task; the events told it already.
 */
export async function runLoop(context: RunContext, options: RunLoopOptions): Promise<RunLoopResult> {
  const from = context.clock.monotonicMs();
  const { maxTasks, wait, resume = false, message = null, ...run } = options;
  const memory: LoopMemory = { left: new Map(), completed: 0, maxTasks, failed: [] };
  const { failed } = memory;
  const skipped = new Map<string, string>();
  let succeeded = 0;
  let failedInARow = 0;
  const end = (result: Omit<RunLoopResult, "attempted" | "succeeded" | "failed">, isTold = false): RunLoopResult => {
    if (result.blocking !== null && !isTold) announceBlocked(context, result.blocking, null);
    announceEnd(context, {
      exitCode: failed.length === 0 ? 0 : 1,
      outcome: result.outcome,
      attempted: succeeded + failed.length,
      succeeded,
      failed: failed.length,
      from,
    });
    return { ...result, attempted: succeeded + failed.length, succeeded, failed };
  };
  announceStart(context, null);
  try {
    await askRunStart(context, options, null);
    let start: StartPoint | null = await startOfLoop(context, run, resume);
    if (message !== null && start.taskId === null) throw nothingToResume();
    memory.completed = start.completed;
    const idle = start.taskId === null ? nothingToDo(context, options.includeDraft) : null;
    if (idle !== null && !wait.whenEmpty) return end({ outcome: "no_candidates", blocking: idle, notes: [] });
    // A request from before this loop was meant for another one.
    consumeStopRequest(context);
    for (;;) {
      if (maxTasks !== 0 && memory.completed >= maxTasks) return end({ outcome: "completed", blocking: null, notes: [] });
      if (consumeStopRequest(context)) return end({ outcome: "stopped", blocking: null, notes: [] });
      const first = start;
      start = null;
      const next = {
        id: null,
        message: first === null ? null : message,
        run,
        loop: memory,
        skipped,
        start: first ?? FROM_THE_QUEUE,
        resume,
      };
      const result = await runNextTask(context, next).catch(givenUp);
      if (result instanceof GivenUpError) {
        memory.completed += 1;
        failedInARow += 1;
        failed.push(result.failed);
        if (failedInARow >= FAILURES_IN_A_ROW) throw tooManyFailures(failedInARow, result);
        continue;
      }
      if (result.kind === "ran") {
        failedInARow = 0;
        memory.completed += 1;
        succeeded += 1;
        continue;
      }
      const mode = waitModeFor(result.kind, wait);
      if (mode === null) {
        endSession(context);
        return end({ outcome: result.kind, blocking: result.blocking, notes: result.notes });
      }
      const { outcome, blocking, notes } = await waitForWork(context, {
        mode,
        settings: wait,
        look: () => lookForTask(context, run, { failed: failedIds(memory), skipped }),
      });
      if (outcome === "no_candidates") endSession(context);
      if (outcome !== "runnable") return end({ outcome, blocking, notes }, true);
    }
  } catch (error) {
    if (isCueLoopError(error, "run.stop_requested")) {
      consumeStopRequest(context);
      return end({ outcome: "stopped", blocking: null, notes: [error.message] });
    }
    const isCounted = isCountedFailure(error);
    if (isCounted) countFailure(context);
    const failures = failed.length + (isCounted ? 1 : 0);
    for (const message of failedLines(failed)) context.emit({ kind: "message", message });
    announceFailure(context, error, { attempted: succeeded + failures, succeeded, failed: failures, from });
    throw error;
  }
}

/** A task that was put aside is a result of the loop; everything else ends it. */
function givenUp(error: unknown): GivenUpError {
  if (error instanceof GivenUpError) return error;
  throw error;
}

/** What an earlier run left open is settled once, before the first task, and also where nothing is left to do. */
async function startOfLoop(context: RunContext, run: RunSettings, resume: boolean): Promise<StartPoint> {
  await requireWorkTree(context);
  const lock = await waitForQueueLock(context, "run loop", { runId: context.runId });
  try {
    return await settleEarlier(context, { id: null, run, resume, lock });
  } finally {
    lock.release();
  }
}

/** The state of a queue in which no task waits or is being worked; null when there is one. */
function nothingToDo(context: RunContext, includeDraft: boolean): BlockingState | null {
  const books = readBooks(context, "lenient");
  const isWork = (task: Task) => isCandidate(task, includeDraft) || (task.status === "doing" && kindOfTask(task) === "work_item");
  if (books.queue.tasks.some(isWork)) return null;
  return runnabilityReport(books, { includeDraft, preferDoing: true, now: context.clock.now() }).summary.blocking ?? null;
}

/** Counts the failed task in its session, so that the count survives the loop. */
function countFailure(context: RunContext): void {
  const found = readSession(context.runtimeDir);
  if (found.kind !== "session") return;
  const { session } = found;
  writeSession(context.runtimeDir, { ...session, tasks_completed_in_loop: session.tasks_completed_in_loop + 1 });
}

function endSession(context: RunContext): void {
  removeSession(context.runtimeDir);
  removeSidecar(context.runtimeDir);
}
