import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { processesOf } from "./leftovers.ts";
import type { Repository } from "./repository.ts";

/** What stays in the cache after a run. */
const KEPT =
  /^(parallel|parallel\/state\.json|parallel\/workers|execution_history\.json|processes|undo(\/.*)?|durations.*|runs?(\/.*)?|followups)$/;

/**
 * Everything that a finished run of parallel workers has no business leaving: worktrees, branches, changes in the
 * checkout, claims, locks, run directories, processes.
 * @param expected branches that are there besides `main`, and names of what the test itself put beside the repository
 */
export function leftBehind(
  repo: Repository,
  expected: { readonly branches?: readonly string[]; readonly beside?: readonly string[] } = {},
): string[] {
  const common = repo.path(".git");
  const branches = new Set(["main", ...(expected.branches ?? [])].map((name) => `refs/heads/${name}`));
  const beside = new Set(["repo", "home", "remote", ".workspaces", "bin", ...(expected.beside ?? [])]);
  return [
    ...linesOf(repo.git("worktree", "list")).slice(1),
    ...linesOf(repo.git("for-each-ref", "--format=%(refname)", "refs/heads")).filter((ref) => !branches.has(ref)),
    ...linesOf(repo.git("status", "--porcelain")),
    ...inside(join(common, "cueloop"))
      .filter((name) => !["claims", "targets"].includes(name))
      .map((name) => `.git/cueloop/${name}`),
    ...inside(common).filter((name) => !name.startsWith("objects/") && /\.lock$|index-|rebase-/.test(name)),
    ...inside(join(common, "worktrees")),
    ...inside(repo.path(".cueloop/cache"))
      .filter((name) => !KEPT.test(name))
      .map((name) => `cache/${name}`),
    ...inside(join(repo.base, ".workspaces")).filter((name) => !/^repo(\/parallel)?$/.test(name)),
    ...(repo.has(".cueloop/lock") ? [".cueloop/lock"] : []),
    ...readdirSync(repo.base).filter((name) => !beside.has(name)),
    ...processesOf(repo),
  ];
}

const inside = (directory: string) => (existsSync(directory) ? readdirSync(directory, { recursive: true }).map(String) : []);
const linesOf = (text: string) => text.split("\n").filter((line) => line !== "");
