import { existsSync } from "node:fs";
import { join } from "node:path";
import { readRef } from "../../git/refs/refs.ts";
import { commonDir, headCommit } from "../../git/repository.ts";
import { type GitContext, gitOk } from "../../git/run.ts";
import { listChanges } from "../../git/state/changes.ts";
import { readStatus } from "../../git/state/status.ts";
import { insideWorktree, notOurs, otherRepositories } from "./capture.ts";
import { adminDirectory, readNote, rebasingBranch } from "./note.ts";

export interface InspectOptions {
  /** Absolute path of the worktree. */
  readonly path: string;
  /** Commit it was made from, or last rebased on; null where that is not known: what the worktree was made from. */
  readonly base: string | null;
  /** As `seedWorktree` gave them. */
  readonly seeded: readonly string[];
}

export interface Inspection {
  /** Tip of its branch, also while that is being rebased; HEAD when there is no branch. */
  readonly tip: string;
  /** Commits beyond the base. */
  readonly ahead: number;
  /** Tracked files that differ from HEAD, staged or not. */
  readonly changed: number;
  readonly untracked: number;
  /** Repositories inside it whose content git cannot keep, each with a trailing slash. Such a worktree is never removed. */
  readonly nested: readonly string[];
}

/** What a worktree holds; seeded files and the program's own are not counted. Null when there is no worktree at the path. */
export async function inspectWorktree(ctx: GitContext, { path, base, seeded }: InspectOptions): Promise<Inspection | null> {
  if (!existsSync(join(path, ".git"))) return null;
  const admin = adminDirectory(await commonDir(ctx), path);
  // By git's own directory for it: the `.git` file may lead to where the repository was before it was moved.
  const there = admin === null ? { ...ctx, root: path } : insideWorktree(ctx, admin, path);
  const head = await headCommit(there);
  if (head === null) return null;
  const rebasing = admin === null ? null : rebasingBranch(admin);
  const tip = (rebasing === null ? null : await readRef(there, `refs/heads/${rebasing}`)) ?? head;
  const from = base ?? (admin === null ? null : (readNote(admin)?.base ?? null));
  const isLeftOut = notOurs(seeded);
  const status = (await readStatus(there, { untracked: "all" })).filter((entry) => !isLeftOut(entry.path));
  const nested = (await listChanges(there)).nested.filter((found) => !isLeftOut(found));
  const counted = await gitOk(there, ["rev-list", "--count", tip, head, ...(from === null ? [] : ["--not", from])]);
  return {
    tip,
    ahead: Number(counted.trim()),
    changed: status.filter((entry) => entry.tracked).length,
    untracked: status.filter((entry) => !entry.tracked && !entry.path.endsWith("/")).length,
    nested: [...nested, ...(await otherRepositories(ctx, path))],
  };
}
