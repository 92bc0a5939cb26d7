import { existsSync } from "node:fs";
import { join } from "node:path";
import type { RepoContext } from "../../config/context.ts";
import type { WorkerRecord } from "../../parallel/state/record.ts";

/** Records of the tasks that parallel workers have in hand, by id. Most repositories have none: then nothing is loaded. */
export async function liveWorkers(repo: RepoContext): Promise<ReadonlyMap<string, WorkerRecord>> {
  if (!existsSync(join(repo.runtimeDir, "cache", "parallel", "state.json"))) return new Map();
  return (await import("../../parallel/status/live.ts")).liveWorkers(repo);
}
