import { existsSync } from "node:fs";
import type { WorktreeEntry } from "../../git/refs/in-process.ts";
import { commonDir } from "../../git/repository.ts";
import type { GitContext } from "../../git/run.ts";
import { listWorktrees } from "../../git/worktrees.ts";
import { parseLockReason } from "./names.ts";
import { adminDirectory, canonicalPath, readNote, rebasingBranch, type WorktreeNote } from "./note.ts";

/** A linked worktree that a run made. */
export interface OurWorktree {
  readonly taskId: string;
  readonly runId: string | null;
  readonly path: string;
  /** Short name, also while it is being rebased. */
  readonly branch: string | null;
  readonly head: string | null;
  /** Whether its directory is there. */
  readonly exists: boolean;
  readonly rebasing: boolean;
  /** git's own directory for it; null when it cannot be found. */
  readonly admin: string | null;
  /** Null when making it was never finished. */
  readonly note: WorktreeNote | null;
}

/** The worktrees of all runs of this repository, live or left over, known by the reason they are locked with, or by our note. */
export async function listOurWorktrees(ctx: GitContext): Promise<OurWorktree[]> {
  const common = await commonDir(ctx);
  const entries = await listWorktrees(ctx);
  return entries.slice(1).flatMap((entry) => ourWorktree(common, entry) ?? []);
}

/** The worktree of ours at exactly this path; null when git knows none there, or it is not ours. */
export async function findOurWorktree(ctx: GitContext, path: string): Promise<OurWorktree | null> {
  const wanted = canonicalPath(path);
  return (await listOurWorktrees(ctx)).find((worktree) => canonicalPath(worktree.path) === wanted) ?? null;
}

function ourWorktree(common: string, { path, head, branch, locked }: WorktreeEntry): OurWorktree | null {
  const admin = adminDirectory(common, path);
  const note = admin === null ? null : readNote(admin);
  const reason = locked === null ? null : parseLockReason(locked);
  const identity = reason ?? (note === null ? null : { runId: note.run_id, taskId: note.task_id });
  if (identity === null) return null;
  const rebased = admin === null ? null : rebasingBranch(admin);
  return { ...identity, path, branch: branch ?? rebased, head, exists: existsSync(path), rebasing: rebased !== null, admin, note };
}
