import * as fs from "node:fs";
import { join } from "node:path";
import type { GitContext } from "./run.ts";

/**
 * Reads a ref without starting git. Only in a main checkout with refs as files: in a
 * linked worktree the answer would be wrong, and other ref stores are not read.
 * @returns the object's id (not peeled), or null where git itself must be asked
 */
export async function readRefInProcess(ctx: GitContext, ref: string): Promise<string | null> {
  const gitdir = plainGitDirectory(ctx);
  if (gitdir === null) return null;
  const { resolveRef } = await import("isomorphic-git");
  try {
    return await resolveRef({ fs, gitdir, ref });
  } catch {
    return null;
  }
}

/** Name of the checked-out branch, or null where git itself must be asked (a detached HEAD among others). */
export async function branchInProcess(ctx: GitContext): Promise<string | null> {
  const gitdir = plainGitDirectory(ctx);
  if (gitdir === null) return null;
  const { currentBranch } = await import("isomorphic-git");
  try {
    return (await currentBranch({ fs, gitdir })) ?? null;
  } catch {
    return null;
  }
}

function plainGitDirectory(ctx: GitContext): string | null {
  const gitdir = join(ctx.root, ".git");
  const isPlain =
    ctx.gitEnv?.["GIT_DIR"] === undefined &&
    fs.statSync(gitdir, { throwIfNoEntry: false })?.isDirectory() === true &&
    !fs.existsSync(join(gitdir, "commondir")) &&
    !fs.existsSync(join(gitdir, "reftable"));
  return isPlain ? gitdir : null;
}
