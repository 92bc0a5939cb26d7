import { type GitContext, git, gitFailed } from "./run.ts";

/** Whether everything in `ancestor` is in `commit` too; a commit is an ancestor of itself. */
export async function isAncestor(ctx: GitContext, ancestor: string, commit: string): Promise<boolean> {
  if (ancestor === commit) return true;
  const args = ["merge-base", "--is-ancestor", ancestor, commit];
  const result = await git(ctx, args);
  if (result.code === 0) return true;
  if (result.code === 1) return false;
  throw gitFailed(ctx, args, result);
}

/** `isAncestor` of names that may stand for nothing: false where either does not exist. */
export async function isKnownAncestor(ctx: GitContext, ancestor: string, commit: string): Promise<boolean> {
  const result = await git(ctx, ["merge-base", "--is-ancestor", "--end-of-options", ancestor, commit]);
  return result.code === 0;
}

/** The best common ancestor of two commits; null when their histories have none. */
export async function mergeBase(ctx: GitContext, a: string, b: string): Promise<string | null> {
  if (a === b) return a;
  const args = ["merge-base", a, b];
  const result = await git(ctx, args);
  if (result.code === 0) return result.stdout.trim();
  if (result.code === 1) return null;
  throw gitFailed(ctx, args, result);
}
