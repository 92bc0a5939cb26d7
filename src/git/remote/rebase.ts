import { CueLoopError } from "../../base/errors.ts";
import { abortRebase, startRebase } from "../rebase.ts";
import type { GitContext } from "../run.ts";

/**
 * Rebases the checked-out branch onto `ref`. One that stops is aborted, so branch, index and work tree
 * are as before, and reported as `git.rebase_conflict` with the conflicting files.
 */
export async function rebaseOnto(ctx: GitContext, ref: string): Promise<void> {
  try {
    const state = await startRebase(ctx, ref);
    if (state.kind === "finished") return;
    const { conflicts } = state;
    throw new CueLoopError("git.rebase_conflict", {
      message:
        `The commits here and those of ${ref} contradict each other${conflicts.length === 0 ? "" : ` in ${conflicts.join(", ")}`}. ` +
        "The rebase was aborted; the branch is as it was, and nothing was pushed.",
      hint: `Run \`git rebase ${ref}\`, resolve the conflicts, and push.`,
    });
  } finally {
    // Also after a Ctrl-C or a time limit: nobody else would clean up.
    await abortRebase(ctx);
  }
}
