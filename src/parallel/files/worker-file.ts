import * as v from "valibot";
import { writeAtomic } from "../../base/files.ts";
import { readJson } from "../../base/json/read.ts";
import { AgentSession } from "./result-file.ts";

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Where a worker stands, kept by the worker itself. */
export const WorkerFile = v.object({
  version: v.literal(1),
  task_id: v.string(),
  token: v.string(),
  pid: v.number(),
  pid_start: v.nullable(v.string()),
  step: v.picklist(["phases", "integrating", "ready", "blocked", "interrupted"]),
  /** All phases are finished: from here on only the integration is left. */
  finished: v.optional(v.boolean(), false),
  /** Attempts at bringing the work in. */
  attempt: Count,
  /** Agent turns used, over all starts of the worker for this attempt. */
  turns: Count,
  session: v.nullable(AgentSession),
  /** RFC 3339, UTC. */
  updated_at: v.string(),
});
export type WorkerFile = v.InferOutput<typeof WorkerFile>;

/** The worker's own account; null when there is none that can be understood. */
export function readWorkerFile(path: string): WorkerFile | null {
  return readJson(WorkerFile, path);
}

/** Writes the account. */
export function writeWorkerFile(path: string, file: WorkerFile): void {
  writeAtomic(path, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
}
