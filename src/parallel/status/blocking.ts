import { formatTimestamp } from "../../base/clock.ts";
import type { BlockingState } from "../../queue/blocking.ts";
import { lockBlocking } from "../../queue/store/locking/blocking.ts";
import { reasonOf } from "./detail.ts";
import type { StatusFacts, WorkerFacts } from "./facts.ts";
import { isBlocked, isFailed, type Situation } from "./situation.ts";
import { RETRY_COMMAND } from "./steps.ts";

/** Why the workers get no further; null when they do, or have nothing to do. */
export function blockingOf(facts: StatusFacts, situation: Situation): BlockingState | null {
  const observed = formatTimestamp(facts.now);
  switch (situation) {
    case "lock_live":
    case "lock_stale":
    case "lock_unclear":
      return lockBlocking(facts.lock, observed);
    case "blocked":
      return {
        status: "blocked",
        ...operator(facts.workers.filter(isBlocked), "blocked_push", "could not bring its work in", "could not bring their work in"),
        observed_at: observed,
      };
    case "failed":
      return {
        status: "stalled",
        ...operator(facts.workers.filter(isFailed), "worker_failed", "failed", "failed"),
        observed_at: observed,
      };
    default:
      return null;
  }
}

type Operator = Pick<BlockingState, "reason" | "message" | "detail">;

function operator(workers: readonly WorkerFacts[], reason: string, one: string, many: string): Operator {
  return {
    reason: { kind: "operator_recovery", scope: "parallel", reason, suggested_command: RETRY_COMMAND },
    message: workers.length === 1 ? `One worker ${one}.` : `${workers.length} workers ${many}.`,
    detail: workers.map((worker) => `${worker.record.task_id}: ${reasonOf(worker)}`).join("\n"),
  };
}
