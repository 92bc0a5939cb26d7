import type { Instant } from "../../base/clock.ts";
import type { LockState } from "../../queue/store/lock.ts";
import type { BlockedMarker } from "../files/blocked-marker.ts";
import { isWorkerAlive } from "../state/liveness.ts";
import type { StateFile, WorkerRecord } from "../state/record.ts";
import { isRetryWaiting, isUnderWay } from "../state/waiting.ts";

/** What became of the marker that a blocked worker leaves in its worktree. */
export type MarkerState =
  | { readonly kind: "missing" }
  | { readonly kind: "present"; readonly marker: BlockedMarker }
  | { readonly kind: "unreadable"; readonly problem: string };

/**
 * - `active`: a process works for it, its own or the coordinator's;
 * - `orphaned`: it should be under way, and nothing of it runs any more;
 * - `retry`: a person asked for another attempt, and no loop has begun with it;
 * - `over`: completed, failed or blocked.
 */
export type Standing = "active" | "orphaned" | "retry" | "over";

/** What is known of one worker beyond its record. */
export interface WorkerFacts {
  readonly record: WorkerRecord;
  readonly standing: Standing;
  /** Whether the worktree's directory is there. */
  readonly workspace: boolean;
  readonly marker: MarkerState;
  /** Whether a result that waits to be brought in has arrived where it was missing. */
  readonly merged: boolean;
}

/** Everything the status of parallel workers is made of. */
export interface StatusFacts {
  readonly lock: LockState;
  /** Null when there is no state file. */
  readonly state: StateFile | null;
  /** Version of a state file that a later program wrote; null for one we know. */
  readonly newerVersion: number | null;
  readonly workers: readonly WorkerFacts[];
  /** Branches of tasks without a record, with work that the target does not have. */
  readonly unlanded: readonly string[];
  /** Attempts at bringing a task's work in. */
  readonly maxAttempts: number;
  /** Hours that the worktree of a blocked task is kept. */
  readonly retentionHours: number;
  readonly now: Instant;
}

/**
 * Where a worker stands. While a coordinator of its run holds the queue lock a worker without a process is between
 * two of them, or its result is being brought in.
 * @param requested tasks whose retry the coordinator has yet to read of
 */
export function standingOf(record: WorkerRecord, lock: LockState, requested: ReadonlySet<string>): Standing {
  if (isRetryWaiting(record)) return "retry";
  if (!isUnderWay(record)) return record.lifecycle !== "completed" && requested.has(record.task_id) ? "retry" : "over";
  return isWorkerAlive(record) || isCoordinated(record, lock) ? "active" : "orphaned";
}

function isCoordinated(record: WorkerRecord, lock: LockState): boolean {
  if (lock.kind !== "held" || lock.owner === null || lock.owner.judgement.state === "dead") return false;
  const { label, runId } = lock.owner.owner;
  const runs = [runId, record.run_id ?? null].filter((id) => id !== null);
  return label === "run loop" && new Set(runs).size <= 1;
}
