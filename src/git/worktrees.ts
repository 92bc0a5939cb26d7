import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isOrphaned } from "../base/temporary.ts";
import { commonDir } from "./repository.ts";
import { type GitContext, git, gitRecords } from "./run.ts";

/** Top levels of every worktree of the repository, the main one first; absolute. */
export async function worktreeTops(context: GitContext): Promise<string[]> {
  const records = await gitRecords(context, ["worktree", "list", "--porcelain", "-z"]);
  return records.filter((record) => record.startsWith("worktree ")).map((record) => record.slice("worktree ".length));
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
