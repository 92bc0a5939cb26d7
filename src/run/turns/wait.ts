import { formatTimestamp } from "../../base/clock.ts";
import type { BlockingState } from "../../queue/blocking.ts";
import { readStopRequest } from "../../queue/store/stop.ts";
import type { RunContext } from "../context.ts";
import { interrupted, stopRequested } from "../errors.ts";
import type { PhaseName } from "../events.ts";

/** The clock is compared at least this often, so a suspended machine does not oversleep. */
const LOOK_EVERY_MS = 1_000;

export interface LimitWait {
  readonly taskId: string;
  readonly phase: PhaseName;
  readonly runner: string;
  /** Unix milliseconds. */
  readonly until: number;
  /** Unix seconds, as the agent says; null when it names none. */
  readonly resetsAt: number | null;
}

/** Sleeps until a usage limit is over; a stop request or an interrupt ends the wait with an error. */
export async function waitForUsageLimit(context: RunContext, wait: LimitWait): Promise<void> {
  const resets = wait.resetsAt === null ? null : formatTimestamp(BigInt(Math.round(wait.resetsAt * 1000)) * 1_000_000n);
  const message = `${wait.runner} has reached its usage limit${resets === null ? "" : `, which is reset at ${resets.slice(0, 19)}Z`}; waiting.`;
  context.emit({
    kind: "usage_limit",
    task_id: wait.taskId,
    phase: wait.phase,
    message,
    payload: { runner: wait.runner, resets_at: resets },
  });
  const state = limitState(context, wait, message);
  context.emit({ kind: "blocked_state_changed", task_id: wait.taskId, message, payload: state });
  for (let left = remaining(context, wait); left > 0; left = remaining(context, wait)) {
    await context.clock.sleep(Math.min(left, LOOK_EVERY_MS), context.signal);
    if (context.signal.aborted) throw interrupted(wait.taskId);
    if (readStopRequest(context) !== null) throw stopRequested(wait.taskId);
  }
  context.emit({ kind: "blocked_state_cleared", message: `The usage limit of ${wait.runner} is over; going on.` });
}

function remaining(context: RunContext, wait: LimitWait): number {
  return wait.until - Number(context.clock.now() / 1_000_000n);
}

function limitState(context: RunContext, wait: LimitWait, message: string): BlockingState {
  return {
    status: "waiting",
    reason: { kind: "operator_recovery", scope: "runner", reason: "usage_limit" },
    task_id: wait.taskId,
    message,
    detail: `Next try at ${new Date(wait.until).toISOString()}.`,
    observed_at: formatTimestamp(context.clock.now()),
  };
}
