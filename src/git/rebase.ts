import { existsSync } from "node:fs";
import { readTextIfExists } from "../base/files.ts";
import { gitPath } from "./repository.ts";
import { type GitContext, git, gitFailed, gitRecords, uninterruptible } from "./run.ts";

// Settings of the user's that would move other branches, hide edits in a stash or open an editor.
const SETTINGS = ["-c", "rebase.updateRefs=false", "-c", "rebase.autoStash=false", "-c", "rebase.autoSquash=false"];
const OPTIONS = { env: { GIT_EDITOR: ":", GIT_SEQUENCE_EDITOR: ":" } };

export type RebaseState =
  | { readonly kind: "finished" }
  /** It waits for somebody to resolve the paths, relative to `root`; none where it stopped for another reason. */
  | { readonly kind: "stopped"; readonly conflicts: readonly string[]; readonly said: string };

/** Begins to rebase the checked-out branch onto `onto`. Error: `git.failed` when git would not even begin. */
export async function startRebase(ctx: GitContext, onto: string): Promise<RebaseState> {
  return step(ctx, [...SETTINGS, "rebase", "--quiet", onto]);
}

/** Goes on with a rebase that stopped, with what is staged. */
export async function continueRebase(ctx: GitContext): Promise<RebaseState> {
  return step(ctx, [...SETTINGS, "rebase", "--continue"]);
}

async function step(ctx: GitContext, args: readonly string[]): Promise<RebaseState> {
  const result = await git(ctx, args, OPTIONS);
  if (result.code === 0) return { kind: "finished" };
  if (!(await isRebasing(ctx))) throw gitFailed(ctx, args, result);
  return { kind: "stopped", conflicts: await unmergedPaths(ctx), said: ctx.redact(`${result.stdout}\n${result.stderr}`.trim()) };
}

/** Takes branch, index and work tree back to where they were before the rebase; also after a Ctrl-C. None in progress: nothing. */
export async function abortRebase(ctx: GitContext): Promise<void> {
  const steady = uninterruptible(ctx);
  if (await isRebasing(steady)) await git(steady, ["rebase", "--abort"], OPTIONS);
}

/** Whether a rebase is in progress in this work tree. */
export async function isRebasing(ctx: GitContext): Promise<boolean> {
  return existsSync(await gitPath(ctx, "rebase-merge")) || existsSync(await gitPath(ctx, "rebase-apply"));
}

/** The commit a rebase in progress goes onto; null when there is none. */
export async function rebaseTarget(ctx: GitContext): Promise<string | null> {
  return readTextIfExists(await gitPath(ctx, "rebase-merge/onto"))?.trim() ?? null;
}

/** Paths with an unresolved conflict, relative to `root`. */
export async function unmergedPaths(ctx: GitContext): Promise<string[]> {
  return gitRecords(ctx, ["diff", "--name-only", "--relative", "--diff-filter=U", "-z"]);
}
