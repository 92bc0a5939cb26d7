import { existsSync } from "node:fs";
import { CueLoopError } from "../../base/errors.ts";
import { gitPath } from "../repository.ts";
import { type GitContext, git, gitFailed, gitRecords, uninterruptible } from "../run.ts";

// Settings of the user's that would move other branches, hide edits in a stash or open an editor.
const SETTINGS = ["-c", "rebase.updateRefs=false", "-c", "rebase.autoStash=false", "-c", "rebase.autoSquash=false"];
const EDITORS = { GIT_EDITOR: ":", GIT_SEQUENCE_EDITOR: ":" };

/**
 * Rebases the checked-out branch onto `ref`. One that stops is aborted, so branch, index and work tree
 * are as before, and reported as `git.rebase_conflict` with the conflicting files.
 */
export async function rebaseOnto(ctx: GitContext, ref: string): Promise<void> {
  const args = [...SETTINGS, "rebase", "--quiet", ref];
  try {
    const result = await git(ctx, args, { env: EDITORS });
    if (result.code === 0) return;
    if (!(await isRebasing(ctx))) throw gitFailed(ctx, args, result);
    const conflicts = await gitRecords(ctx, ["diff", "--name-only", "--diff-filter=U", "-z"]);
    throw new CueLoopError("git.rebase_conflict", {
      message:
        `The commits here and those of ${ref} contradict each other${conflicts.length === 0 ? "" : ` in ${conflicts.join(", ")}`}. ` +
        "The rebase was aborted; the branch is as it was, and nothing was pushed.",
      hint: `Run \`git rebase ${ref}\`, resolve the conflicts, and push.`,
    });
  } finally {
    // Also after a Ctrl-C or a time limit: nobody else would clean up.
    const steady = uninterruptible(ctx);
    if (await isRebasing(steady)) await git(steady, ["rebase", "--abort"]);
  }
}

async function isRebasing(ctx: GitContext): Promise<boolean> {
  return existsSync(await gitPath(ctx, "rebase-merge")) || existsSync(await gitPath(ctx, "rebase-apply"));
}
