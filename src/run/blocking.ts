import { formatTimestamp } from "../base/clock.ts";
import { isCueLoopError } from "../base/errors.ts";
import type { BlockingState } from "../queue/blocking.ts";
import { ClaimedError, claimBlocking } from "../queue/claims/held.ts";
import { readLockState } from "../queue/store/lock.ts";
import { lockBlocking } from "../queue/store/locking/blocking.ts";
import { gateFailureIn } from "./errors.ts";
import { blockingState } from "./resume/decision.ts";
import { ResumeRefusedError } from "./resume/refused.ts";

/** The state in which an error leaves the queue: a refused resume, a failing gate, a lock or a task somebody holds; null for anything else. */
export function blockingStateOf(context: Parameters<typeof readLockState>[0], error: unknown): BlockingState | null {
  const observed = formatTimestamp(context.clock.now());
  if (error instanceof ResumeRefusedError) return blockingState(error.decision, observed);
  if (error instanceof ClaimedError) return claimBlocking(error.holder, error.taskId, observed);
  const gate = gateFailureIn(error);
  if (gate !== null) {
    return {
      status: "stalled",
      reason: {
        kind: "ci_blocked",
        ...(gate.exitCode === null ? {} : { exit_code: gate.exitCode }),
        ...(gate.pattern === null ? {} : { pattern: gate.pattern }),
      },
      ...(gate.where?.taskId === undefined ? {} : { task_id: gate.where.taskId }),
      message: "The gate fails.",
      detail: gate.hint?.split("\n", 1)[0] ?? "",
      observed_at: observed,
    };
  }
  if (!isCueLoopError(error, "queue.lock_held")) return null;
  return lockBlocking(readLockState(context), observed);
}
