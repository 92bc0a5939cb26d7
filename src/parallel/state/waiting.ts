import { isTerminal, type WorkerRecord } from "./record.ts";

/**
 * Whether a person asked for the task to be taken up again and no loop has begun with it. Such a record says
 * `running`, for the older program's sake, and has no process.
 */
export function isRetryWaiting(record: WorkerRecord): boolean {
  return record.retry_requested === true;
}

/** Whether a worker is, or was when its coordinator died, under way for the task. */
export function isUnderWay(record: WorkerRecord): boolean {
  return !isTerminal(record) && !isRetryWaiting(record);
}

/** Why selection passes over a task because of its record; null when it does not. */
export function passedOverFor(record: WorkerRecord): "blocked" | "held" | "landed_elsewhere" | null {
  if (isRetryWaiting(record)) return null;
  if (record.lifecycle === "blocked_push" || record.awaits_retry === true) return "blocked";
  if (record.integration === "held") return "held";
  return record.local_refresh === "pending" ? "landed_elsewhere" : null;
}
