import type { Claim } from "../../../queue/claims/claim.ts";
import type { Task } from "../../../queue/task.ts";
import type { UsageTotals } from "../../../run/events.ts";
import type { HookSettings } from "../../../run/hooks.ts";
import type { Place } from "../sequence.ts";
import type { WorkerProcess } from "../workers/process.ts";

/**
 * What a task of the run occupies. `busy`: a worktree is made or a worker lives; `landing`: its result is brought in,
 * or waits for its turn; `waiting_checkout`: the person's checkout is in the way.
 */
export type SlotState = "busy" | "landing" | "waiting_checkout";

/** A task in flight. */
export interface Slot {
  readonly task: Task;
  readonly token: string;
  readonly claim: Claim;
  /** What is left of an earlier attempt: all of it, only the integration, or, with a result, only the landing. */
  readonly left: "all" | "integration" | "landing";
  /** A person's remark for the agent. */
  readonly message: string | null;
  /** What the hook `beforeTask` wants for the task. */
  readonly hookSettings: HookSettings | null;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  state: SlotState;
  process: WorkerProcess | null;
  /** Coordinator's turns since the worker was last heard of. */
  silentTicks: number;
  /** Its place among those whose results are brought in; null while it has none. */
  place: Place | null;
  /** What the agent's turns of this run have used; null where it reports nothing. */
  usage: UsageTotals | null;
  /** A turn of the agent is in progress. */
  inTurn: boolean;
}

/** Lets the next one bring its result in. */
export function leavePlace(slot: Slot): void {
  slot.place?.leave();
  slot.place = null;
}
