import { type Instant, parseTimestamp } from "../../base/clock.ts";
import { isTerminal, type StateFile, type WorkerRecord } from "./record.ts";

const KEPT_FOR = 24n * 60n * 60n * 1_000_000_000n;

export interface Pruned {
  /** The same object when nothing was dropped. */
  readonly state: StateFile;
  readonly dropped: readonly WorkerRecord[];
}

/**
 * Drops what nobody needs any more: records of completed and failed tasks a day after their end. Blocked ones
 * stay, and so do results that are still to be brought in and tasks that wait for a retry.
 */
export function pruneState(state: StateFile, now: Instant): Pruned {
  const dropped = state.workers.filter((record) => isDue(record, now));
  if (dropped.length === 0) return { state, dropped };
  return { state: { ...state, workers: state.workers.filter((record) => !dropped.includes(record)) }, dropped };
}

function isDue(record: WorkerRecord, now: Instant): boolean {
  if (!isTerminal(record) || record.lifecycle === "blocked_push") return false;
  if (record.integration === "held" || record.local_refresh === "pending" || record.awaits_retry === true) return false;
  const ended = parseTimestamp(record.completed_at ?? record.started_at);
  return ended === null || now - ended.instant >= KEPT_FOR;
}
