import type { RepoContext } from "../../config/context.ts";
import { readLockState } from "../../queue/store/lock.ts";
import { isWorkerAlive } from "../state/liveness.ts";
import { readState } from "../state/read.ts";
import type { WorkerRecord } from "../state/record.ts";
import { isUnderWay } from "../state/waiting.ts";
import { standingOf } from "./facts.ts";

const NOBODY: ReadonlySet<string> = new Set();

/** Records of the tasks that parallel workers have in hand, by id. Never an error: without a state there are none. */
export function liveWorkers(context: RepoContext): ReadonlyMap<string, WorkerRecord> {
  const records = recordsOf(context).filter(isUnderWay);
  if (records.length === 0) return new Map();
  const lock = records.every(isWorkerAlive) ? null : readLockState(context);
  const live = records.filter((record) => lock === null || standingOf(record, lock, NOBODY) === "active");
  return new Map(live.map((record) => [record.task_id.trim(), record]));
}

function recordsOf(context: RepoContext): readonly WorkerRecord[] {
  try {
    const found = readState(context);
    return found.kind === "state" || found.kind === "newer" ? found.state.workers : [];
  } catch {
    return [];
  }
}
