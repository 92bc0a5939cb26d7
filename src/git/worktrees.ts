import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isOrphaned } from "../base/temporary.ts";
import { type WorktreeEntry, worktreesInProcess } from "./refs/in-process.ts";
import { commonDir } from "./repository.ts";
import { type GitContext, git, gitRecords } from "./run.ts";

/** Every worktree of the repository, the main one first. */
export async function listWorktrees(ctx: GitContext): Promise<WorktreeEntry[]> {
  const read = await worktreesInProcess(ctx);
  return read?.value ?? parseWorktrees(await gitRecords(ctx, ["worktree", "list", "--porcelain", "-z"]));
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

/** Top levels of every worktree of the repository, the main one first; absolute. */
export async function worktreeTops(context: GitContext): Promise<string[]> {
  return (await listWorktrees(context)).map(({ path }) => path);
}

/** Removes the worktrees in temporary directories whose process was killed; also when the directory is gone. */
export async function removeOrphanedWorktrees(context: GitContext): Promise<void> {
  const places = join(await commonDir(context), "worktrees");
  for (const name of namesIn(places)) {
    const path = dirname(readFileSync(join(places, name, "gitdir"), "utf8").trim());
    if (isOrphaned(dirname(path))) await git(context, ["worktree", "remove", "--force", path]);
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
