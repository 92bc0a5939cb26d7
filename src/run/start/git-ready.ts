import { CueLoopError } from "../../base/errors.ts";
import { requireUnlockedIndex } from "../../git/commit.ts";
import { currentBranch, hasIdentity } from "../../git/repository.ts";
import { type GitContext, gitOk } from "../../git/run.ts";
import type { RunContext } from "../context.ts";
import type { PublishMode } from "../options.ts";
import type { DirtyPath } from "./clean.ts";

/**
 * What publishing will need of git, asked before an agent has worked for nothing.
 * Errors: `git.index_locked`, `run.no_git_identity`, `run.detached_head`.
 */
export async function requirePublishable(context: RunContext, mode: PublishMode): Promise<void> {
  if (mode === "off") return;
  await requireUnlockedIndex(context);
  const identity = await hasIdentity(context);
  if (!identity.ok) {
    throw new CueLoopError("run.no_git_identity", {
      message: `git cannot commit here: ${inOneLine(identity.reason)}.`,
      hint: "Set `git config user.name` and `git config user.email`, or run with `--git-publish-mode off`.",
    });
  }
  if (mode !== "commit_and_push" || (await currentBranch(context)) !== null) return;
  throw new CueLoopError("run.detached_head", {
    message: `No branch is checked out in ${context.root} (HEAD is detached), so finished work could not be pushed.`,
    hint: "Check one out with `git switch BRANCH`, make one here with `git switch -c BRANCH`, or run with `--git-publish-mode commit`.",
  });
}

/** Untracked directories that are repositories of their own: git neither stashes nor commits what is in them. */
export async function nestedAmong(context: GitContext, paths: readonly DirtyPath[]): Promise<string[]> {
  const directories = paths.filter(({ path, tracked }) => !tracked && path.endsWith("/")).map(({ path }) => path);
  if (directories.length === 0) return [];
  // Listed file by file, only what git does not look into is a directory.
  const list = ["--literal-pathspecs", "ls-files", "-z", "--others", "--exclude-standard", "--", ...directories];
  return (await gitOk(context, list)).split("\0").filter((path) => path.endsWith("/"));
}

/** git explains at length how to tell it who you are; what is wrong stands in one line. */
function inOneLine(reason: string): string {
  const fatal = reason.split("\n").findLast((line) => line.startsWith("fatal: "));
  return fatal === undefined ? reason : fatal.slice("fatal: ".length);
}
