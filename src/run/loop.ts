import { isCueLoopError } from "../base/errors.ts";
import { isCandidate } from "../queue/runnability.ts";
import { readBooks } from "../queue/store/read.ts";
import { consumeStopRequest } from "../queue/store/stop.ts";
import { kindOfTask } from "../queue/task.ts";
import type { RunContext } from "./context.ts";
import { isCountedFailure } from "./errors.ts";
import type { RunLoopOptions, RunLoopResult } from "./options.ts";
import { removeSession } from "./session/session-file.ts";
import { removeSidecar } from "./session/sidecar.ts";
import { announceBlocked, failRun, finishRun, type LoopMemory, runNextTask, startRun } from "./supervisor.ts";

/**
 * Runs tasks one after the other until none is runnable, a limit is reached, somebody asks it to stop or a task fails.
 * It never waits for a person. Throws what ended the failed task; the events told it already.
 */
export async function runLoop(context: RunContext, options: RunLoopOptions): Promise<RunLoopResult> {
  const from = context.clock.monotonicMs();
  const { maxTasks, ...run } = options;
  const memory: LoopMemory = { left: new Map(), completed: 0, maxTasks };
  const end = (result: Omit<RunLoopResult, "attempted" | "succeeded">): RunLoopResult => {
    if (["completed", "no_candidates", "blocked"].includes(result.outcome)) endSession(context);
    if (result.blocking !== null) announceBlocked(context, result.blocking, null);
    finishRun(context, { exitCode: 0, outcome: result.outcome, attempted: memory.completed, succeeded: memory.completed, failed: 0, from });
    return { ...result, attempted: memory.completed, succeeded: memory.completed };
  };
  startRun(context, null);
  try {
    // A request from before this loop was meant for another one; with nothing to do it is left alone.
    if (hasWork(context, options.includeDraft)) consumeStopRequest(context);
    for (;;) {
      if (maxTasks !== 0 && memory.completed >= maxTasks) return end({ outcome: "completed", blocking: null, notes: [] });
      if (memory.completed > 0 && consumeStopRequest(context)) return end({ outcome: "stopped", blocking: null, notes: [] });
      const result = await runNextTask(context, { id: null, message: null, run, loop: memory });
      if (result.kind !== "ran") return end({ outcome: result.kind, blocking: result.blocking, notes: result.notes });
      memory.completed += 1;
    }
  } catch (error) {
    if (isCueLoopError(error, "run.stop_requested")) {
      consumeStopRequest(context);
      return end({ outcome: "stopped", blocking: null, notes: [error.message] });
    }
    const failed = isCountedFailure(error) ? 1 : 0;
    failRun(context, error, { attempted: memory.completed + failed, succeeded: memory.completed, failed, from });
    throw error;
  }
}

function hasWork(context: RunContext, includeDraft: boolean): boolean {
  const { queue } = readBooks(context, "lenient");
  return queue.tasks.some((task) => isCandidate(task, includeDraft) || (task.status === "doing" && kindOfTask(task) === "work_item"));
}

function endSession(context: RunContext): void {
  removeSession(context.runtimeDir);
  removeSidecar(context.runtimeDir);
}
