import { existsSync } from "node:fs";
import { join } from "node:path";
import { readTextIfExists } from "../../base/files.ts";
import { shellWord } from "../../base/shell.ts";
import type { RepoContext } from "../../config/context.ts";
import { repositoryIdentity } from "../../config/trust/repository-key.ts";
import { isWorkerAlive } from "./liveness.ts";
import { readState } from "./read.ts";
import type { StateFile, WorkerRecord } from "./record.ts";
import { isRetryWaiting, passedOverFor } from "./waiting.ts";

/**
 * Tasks whose work a parallel run has finished and not brought in, by id, with what brings it in: a run without workers
 * would do it a second time. Never an error: without a state there are none.
 */
export function heldBack(context: Pick<RepoContext, "root" | "runtimeDir">): ReadonlyMap<string, string> {
  const state = stateOf(context);
  const found = new Map<string, string>();
  for (const record of state?.workers ?? []) {
    const way = isWorkerAlive(record) ? null : wayOn(record, state?.target_branch ?? "");
    if (way !== null && !isDropped(context, record)) found.set(record.task_id.trim(), way);
  }
  return found;
}

/** What became of the work and what is to be done about it; null where the task is anybody's. */
export function wayOn(record: WorkerRecord, target: string): string | null {
  const id = record.task_id.trim();
  if (isRetryWaiting(record) || record.lifecycle === "integrating")
    return "a worker has begun with it, and `cueloop run loop --parallel` goes on with that";
  switch (passedOverFor(record)) {
    case "blocked":
      return `its work is finished and blocked; \`cueloop run parallel retry --task ${id}\` has it taken up again, \`cueloop run one --id ${id}\` does it anew`;
    case "held":
      return `its work is finished; \`git merge ${shellWord(record.branch ?? `cueloop/${id}`)}\` brings it in, and the next \`cueloop run loop --parallel\` archives the task`;
    case "landed_elsewhere":
      return `its work is finished; \`git merge ${shellWord(target)}\` brings it in`;
    case null:
      return null;
  }
}

/** A held result whose branch somebody deleted: the task is to be worked anew. */
function isDropped({ root }: Pick<RepoContext, "root">, { integration, branch }: WorkerRecord): boolean {
  if (integration !== "held" || typeof branch !== "string") return false;
  const common = repositoryIdentity(root).commonDir;
  if (common === null || existsSync(join(common, "reftable"))) return false;
  if (existsSync(join(common, "refs", "heads", ...branch.split("/")))) return false;
  return readTextIfExists(join(common, "packed-refs"))?.includes(` refs/heads/${branch}\n`) !== true;
}

function stateOf(context: Pick<RepoContext, "runtimeDir">): StateFile | null {
  try {
    const found = readState(context);
    return found.kind === "state" || found.kind === "newer" ? found.state : null;
  } catch {
    return null;
  }
}
