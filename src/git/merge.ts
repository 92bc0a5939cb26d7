import { type GitContext, git } from "./run.ts";

/**
 * The paths (from the top level) in which merging two commits would conflict, without touching index or work tree;
 * null where git (before 2.38) cannot tell.
 */
export async function predictConflicts(ctx: GitContext, a: string, b: string): Promise<string[] | null> {
  const result = await git(ctx, ["merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", a, b]);
  if (result.code === 0) return [];
  if (result.code !== 1) return null;
  // The tree's id comes first, and the same path once for each side.
  return [...new Set(result.stdout.split("\0").slice(1))].filter((path) => path !== "");
}
