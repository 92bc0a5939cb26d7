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

/** What a worker does for its task, a word or a few. */
export function workerWord({ lifecycle, step }: Pick<WorkerRecord, "lifecycle" | "step">): string {
  switch (step) {
    case "creating":
      return "being set up";
    case "landing":
      return "landing";
    case "waiting_checkout":
      return "waiting for the checkout";
    default:
      return lifecycle === "integrating" ? "integrating" : "working";
  }
}
