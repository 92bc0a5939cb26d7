import { type GitContext, gitRecords } from "./run.ts";

/** Top levels of every worktree of the repository, the main one first; absolute. */
export async function worktreeTops(context: GitContext): Promise<string[]> {
  const records = await gitRecords(context, ["worktree", "list", "--porcelain", "-z"]);
  return records.filter((record) => record.startsWith("worktree ")).map((record) => record.slice("worktree ".length));
}
