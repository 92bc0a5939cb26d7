import type { Claim } from "../../queue/claims/claim.ts";
import type { Task } from "../../queue/task.ts";
import type { WorkerProcess } from "./process.ts";

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
  /** Goes on with the work of an earlier attempt: only its integration is left. */
  readonly integrateOnly: boolean;
  /** A person's remark for the agent. */
  readonly message: string | null;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  state: SlotState;
  process: WorkerProcess | null;
  /** Coordinator's turns since the worker was last heard of. */
  silentTicks: number;
  /** A turn of the agent is in progress. */
  inTurn: boolean;
}
