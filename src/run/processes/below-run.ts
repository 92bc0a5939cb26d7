import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parentsOf, pidNamespace, processStart } from "../../base/identity.ts";
import { repositoryIdentity } from "../../config/trust/repository-key.ts";
import { isInside, isRunAlive } from "./inside.ts";
import { readRegistry, registryIds } from "./registry.ts";

/**
 * Whether this process descends from a run of the repository, whatever its environment says: an agent can clean its own,
 * but not its ancestry. The runs of every checkout of the repository count, since their trust is one.
 */
export function isBelowRun(root: string): boolean {
  const ancestors = parentsOf(process.pid);
  const namespace = pidNamespace();
  return checkoutsOf(root).some((checkout) => {
    const runtimeDir = join(checkout, ".cueloop");
    return registryIds(runtimeDir).some((id) => {
      const registry = readRegistry(runtimeDir, id);
      // What another pid namespace numbers says nothing about our ancestors.
      if (registry === null || registry.pid_ns !== namespace) return false;
      const living = registry.children.filter(({ pid, pid_start }) => pid_start !== null && pid_start === processStart(pid));
      return isInside(registry, {
        ancestors,
        pidNamespace: namespace,
        runAlive: isRunAlive(registry),
        living: living.map(({ pid }) => pid),
      });
    });
  });
}

/** The root itself, the main checkout and the linked worktrees, as git's own files name them. */
function checkoutsOf(root: string): readonly string[] {
  const { commonDir, root: canonical } = repositoryIdentity(root);
  if (commonDir === null) return [canonical];
  const main = basename(commonDir) === ".git" ? [dirname(commonDir)] : [];
  const linked = namesIn(join(commonDir, "worktrees")).flatMap((name) => {
    const file = join(commonDir, "worktrees", name, "gitdir");
    return existsSync(file) ? [dirname(readFileSync(file, "utf8").trim())] : [];
  });
  return [...new Set([canonical, ...main, ...linked])];
}

function namesIn(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}
