import type { ParallelResult } from "../parallel/coordinator/options.ts";
import type { BlockingState } from "../queue/blocking.ts";
import type { RunLoopResult, RunOneResult } from "../run/options.ts";

/** How `runTask` ended; a task that failed is an error instead. */
export type TaskRunOutcome = RunOneResult;

/** How `runLoop` ended; a failed task is an error instead, unless the loop went on or its tasks were worked in parallel. */
export interface LoopRunOutcome {
  /** Why it ended: `completed` is a limit that was reached, `no_candidates` that nothing was left. */
  readonly outcome: RunLoopResult["outcome"];
  readonly attempted: number;
  readonly succeeded: number;
  /** Ids of the tasks that failed or are blocked, in order. */
  readonly failed: readonly string[];
  readonly blocking: BlockingState | null;
  /** For the person, one line each. */
  readonly notes: readonly string[];
}

export type RunOutcome = TaskRunOutcome | LoopRunOutcome;

export function loopOutcome({ failed, ...result }: RunLoopResult): LoopRunOutcome {
  return { ...result, failed: failed.map(({ taskId }) => taskId) };
}

export function parallelOutcome({ outcome, tasks, blocking, notes }: ParallelResult): LoopRunOutcome {
  const failed = tasks.filter(({ kind }) => kind === "failed" || kind === "blocked").map(({ taskId }) => taskId);
  return { outcome, attempted: tasks.length, succeeded: tasks.length - failed.length, failed, blocking, notes };
}
