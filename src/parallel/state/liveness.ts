import { processLiveness, processStart } from "../../base/identity.ts";
import type { WorkerRecord } from "./record.ts";

/**
 * Whether the process a record names is there and is still that process: its start time must be the recorded
 * one. Without a recorded start time the answer is no, because a pid alone may be anybody's by now.
 */
export function isWorkerAlive({ pid, pid_start: start }: Pick<WorkerRecord, "pid" | "pid_start">): boolean {
  if (typeof pid !== "number" || typeof start !== "string" || start === "") return false;
  return processLiveness(pid) !== "dead" && processStart(pid) === start;
}
