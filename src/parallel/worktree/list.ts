import { existsSync } from "node:fs";
import { commonDir } from "../../git/repository.ts";
import { type GitContext, gitRecords } from "../../git/run.ts";
import { parseLockReason } from "./names.ts";
import { adminDirectory, canonicalPath, readNote, rebasingBranch, type WorktreeNote } from "./note.ts";

/** An entry of `git worktree list`. */
export interface WorktreeEntry {
  /** Absolute. */
  readonly path: string;
  /** Null for a branch without a commit. */
  readonly head: string | null;
  /** Short name; null when HEAD is detached. */
  readonly branch: string | null;
  /** Null when not locked; "" when locked without a reason. */
  readonly locked: string | null;
}

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

/** Every worktree of the repository, the main one first. */
export async function listWorktrees(ctx: GitContext): Promise<WorktreeEntry[]> {
  return parseWorktrees(await gitRecords(ctx, ["worktree", "list", "--porcelain", "-z"]));
}

/** Takes the records of `git worktree list --porcelain -z` apart; an empty record ends an entry. */
export function parseWorktrees(records: readonly string[]): WorktreeEntry[] {
  const entries: WorktreeEntry[] = [];
  let entry: WorktreeEntry | null = null;
  for (const record of records) {
    const space = record.indexOf(" ");
    const key = space < 0 ? record : record.slice(0, space);
    const value = space < 0 ? "" : record.slice(space + 1);
    if (key === "worktree") {
      entry = { path: value, head: null, branch: null, locked: null };
      entries.push(entry);
      continue;
    }
    if (entry === null) continue;
    if (key === "HEAD" && !/^0+$/.test(value)) entry = { ...entry, head: value };
    if (key === "branch") entry = { ...entry, branch: value.replace(/^refs\/heads\//, "") };
    if (key === "locked") entry = { ...entry, locked: value };
    entries[entries.length - 1] = entry;
  }
  return entries;
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
