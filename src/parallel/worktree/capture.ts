import { existsSync, lstatSync } from "node:fs";
import { join } from "node:path";
import { indexPath } from "../../git/repository.ts";
import type { GitContext } from "../../git/run.ts";
import { gitOk, gitRecords } from "../../git/run.ts";
import { applyChanges, listChanges, removeFromIndex } from "../../git/state/changes.ts";
import { exclusionTest } from "../../git/state/exclude.ts";
import { withTemporaryIndex } from "../../git/tree.ts";
import { LOCAL_FILES } from "../../run/trees.ts";
import { unsavedSubmodules } from "./submodules.ts";

/** The content of a worktree. */
export interface Captured {
  /** Tree object of tracked and untracked files; those we put there are as HEAD's index has them. */
  readonly tree: string;
  /** Repositories whose content git cannot keep, with a trailing slash; `./` when the worktree itself has become one. */
  readonly nested: readonly string[];
}

/** A context that answers for a worktree by git's own directory for it, whatever became of the `.git` file there. */
export function insideWorktree(ctx: GitContext, admin: string, path: string): GitContext {
  return { ...ctx, root: path, gitEnv: { ...ctx.gitEnv, GIT_DIR: admin, GIT_WORK_TREE: path } };
}

/** As `insideWorktree` for one whose directory is gone: refs, objects and index answer, the work tree does not. */
export function insideEntry(ctx: GitContext, admin: string): GitContext {
  return { ...ctx, gitEnv: { ...ctx.gitEnv, GIT_DIR: admin } };
}

/** A test for paths that no staging of ours takes: what was seeded and is not ignored, and the program's own files. */
export function notOurs(seeded: readonly string[]): (path: string) => boolean {
  return exclusionTest([...seeded, ...LOCAL_FILES]);
}

/** Captures the content of a worktree through a temporary index; conflicts are taken with their markers. */
export async function captureWorktree(ctx: GitContext, admin: string, path: string, seeded: readonly string[]): Promise<Captured> {
  const there = insideWorktree(ctx, admin, path);
  const isLeftOut = notOurs(seeded);
  const kept = await withTemporaryIndex(there, { top: path, prefix: "" }, await indexPath(there), async (temporary) => {
    const changes = await listChanges(temporary);
    const wanted = (file: string) => !isLeftOut(file);
    await applyChanges(temporary, { update: changes.update.filter(wanted), remove: changes.remove.filter(wanted) });
    return { tree: (await gitOk(temporary, ["write-tree"])).trim(), nested: changes.nested.filter(wanted) };
  });
  return { tree: kept.tree, nested: [...kept.nested, ...(await otherRepositories(ctx, path))] };
}

/**
 * Tree of a worktree's index as it is, without conflicts, whose sides are in commits anyway; null when there is no index.
 * Neither a lock that a killed git left nor a missing directory is in the way.
 */
export async function captureIndex(ctx: GitContext, admin: string, path: string): Promise<string | null> {
  const inside = existsSync(path) ? insideWorktree(ctx, admin, path) : insideEntry(ctx, admin);
  const index = join(admin, "index");
  if (!existsSync(index)) return null;
  return withTemporaryIndex(inside, { top: inside.root, prefix: "" }, index, async (temporary) => {
    const unmerged = await gitRecords(temporary, ["ls-files", "-u", "-z"]);
    await removeFromIndex(temporary, [...new Set(unmerged.map((record) => record.slice(record.indexOf("\t") + 1)))]);
    return (await gitOk(temporary, ["write-tree"])).trim();
  });
}

/** Repositories that `ls-files` does not show: the worktree's own `.git` replaced, and submodules with work of their own. */
export async function otherRepositories(ctx: GitContext, path: string): Promise<string[]> {
  const own = lstatSync(join(path, ".git"), { throwIfNoEntry: false });
  if (own === undefined) return [];
  if (!own.isFile()) return ["./"];
  return unsavedSubmodules({ ...ctx, root: path });
}
