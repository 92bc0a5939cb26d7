import { processStart } from "../../base/identity.ts";
import type { RepoContext } from "../../config/context.ts";
import { isRunAlive } from "./inside.ts";
import { describeProcesses, endProcesses, findGit, findMarked, type RunProcess } from "./marked.ts";
import { type RegistryFile, readRegistry, registryIds, removeRegistry } from "./registry.ts";

/**
 * Ends what runs of this repository that died left running: their registered children
 * and whatever carries their id, detached or not, and their git calls. A live run's children, a process
 * that does not match its record, and one with `CUELOOP_KEEP=1` are left alone. Returns one line for the person; null when nothing was running any more.
 */
export async function endOrphans(context: Pick<RepoContext, "clock" | "runtimeDir">): Promise<string | null> {
  const ended: RunProcess[] = [];
  for (const registry of deadRuns(context.runtimeDir)) {
    const { ending: own } = findMarked(registry.run_id, new Set());
    const ending = [...own, ...findGit(registry.run_id).filter(({ pid }) => !own.some((entry) => entry.pid === pid))];
    const known = new Set(ending.map(({ pid }) => pid));
    const unseen = registry.children.filter((child) => !known.has(child.pid) && isThatProcess(child) && process.platform !== "linux");
    const all = [...ending, ...unseen.map(({ pid, pid_start }) => ({ pid, start: pid_start, command: "" }))];
    await endProcesses(context.clock, all);
    ended.push(...all);
    removeRegistry(context.runtimeDir, registry.run_id);
  }
  return ended.length === 0 ? null : `Ended what an earlier run left running: ${describeProcesses(ended)}.`;
}

/** Where environments are not shown (all but Linux), pid and start time alone must do. */
function isThatProcess(child: RegistryFile["children"][number]): boolean {
  return child.pid_start !== null && processStart(child.pid) === child.pid_start;
}

function deadRuns(runtimeDir: string): RegistryFile[] {
  return registryIds(runtimeDir)
    .map((id) => readRegistry(runtimeDir, id))
    .filter((registry) => registry !== null)
    .filter((registry) => !isRunAlive(registry));
}
