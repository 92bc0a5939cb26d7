import { join } from "node:path";
import { messageOf } from "../../base/errors.ts";
import { removeStaleTemps } from "../../base/files.ts";
import type { RepoContext } from "../../config/context.ts";

/** Where runs keep files of their own below `.cueloop/cache`; what lies beside the queue is swept with its lock. */
const FOLDERS = ["processes", "plans", "phase2_final", "outcomes"] as const;

/** Deletes the half-written files that killed runs left; failing to do so harms nobody. */
export function sweepTemps({ runtimeDir, log }: Pick<RepoContext, "runtimeDir" | "log">): void {
  try {
    for (const folder of FOLDERS) removeStaleTemps(join(runtimeDir, "cache", folder));
  } catch (error) {
    log.debug(`Leftovers of killed runs were not removed: ${messageOf(error)}`);
  }
}
