import { CueLoopError } from "../../base/errors.ts";
import { shellWord } from "../../base/shell.ts";
import { readRef, updateRef } from "../../git/refs/refs.ts";
import { currentBranch, headCommit } from "../../git/repository.ts";
import { type GitContext, git } from "../../git/run.ts";
import { listWorktrees } from "../../git/worktrees.ts";
import type { PublishMode } from "../../run/options.ts";
import type { Target } from "../run.ts";
import { canonicalPath } from "../worktree/note.ts";

/**
 * Where the results of a run go: the branch of the checkout, or the one named with `--target`.
 * Errors: `parallel.no_commit`, `parallel.detached_head`, `parallel.target_name`, `parallel.target_checked_out`, `parallel.no_remote`.
 */
export async function findTarget(ctx: GitContext, wish: { readonly target: string | null; readonly mode: PublishMode }): Promise<Target> {
  if ((await headCommit(ctx)) === null) {
    throw new CueLoopError("parallel.no_commit", {
      message: "The repository has no commit yet, so no worktree can be made from it.",
      hint: "Commit something first, or run without --parallel.",
    });
  }
  const current = await currentBranch(ctx);
  const branch = wish.target === null ? current : await checkedName(ctx, wish.target);
  if (branch === null) {
    throw new CueLoopError("parallel.detached_head", {
      message: "No branch is checked out (HEAD is detached), so there is none that the results could go to.",
      hint: "Check one out with `git switch BRANCH`, or name one with `--target BRANCH`.",
    });
  }
  const elsewhere = wish.target !== null;
  const place = elsewhere ? await checkoutOf(ctx, branch) : await otherCheckoutOf(ctx, branch);
  if (place !== null) throw targetCheckedOut(branch, place);
  return { branch, elsewhere, remote: wish.mode === "commit_and_push" ? await remoteOf(ctx, branch) : null };
}

/** Makes the branch named with `--target` where it does not exist; true when it did not. */
export async function makeTarget(ctx: GitContext, { branch, elsewhere }: Target): Promise<boolean> {
  if (!elsewhere || (await readRef(ctx, `refs/heads/${branch}`)) !== null) return false;
  const head = await headCommit(ctx);
  if (head === null) return false;
  await updateRef(ctx, `refs/heads/${branch}`, head, { expected: null });
  return true;
}

/** Somebody deleted the branch that results go to. */
export function targetGone(branch: string): CueLoopError {
  return new CueLoopError("parallel.target_gone", {
    message: `The target branch ${branch} is gone; \`git branch ${shellWord(branch)} COMMIT\` makes it again.`,
    hint: "`git reflog` and the branches of the tasks (`cueloop worktree list`) show which commit it may have been at.",
  });
}

/** The worktree in which a branch is checked out; null when it is in none. */
export async function checkoutOf(ctx: GitContext, branch: string): Promise<string | null> {
  return (await listWorktrees(ctx)).find((worktree) => worktree.branch === branch)?.path ?? null;
}

/** A worktree besides our own that has the branch, as `--force` allows: it would look as if every result had been undone there. */
async function otherCheckoutOf(ctx: GitContext, branch: string): Promise<string | null> {
  const own = canonicalPath(ctx.root);
  return (await listWorktrees(ctx)).find((entry) => entry.branch === branch && canonicalPath(entry.path) !== own)?.path ?? null;
}

async function checkedName(ctx: GitContext, name: string): Promise<string> {
  const result = await git(ctx, ["check-ref-format", "--branch", name]);
  if (result.code === 0 && !name.startsWith("@")) return result.stdout.trim();
  throw new CueLoopError("parallel.target_name", {
    message: `\`${name}\` cannot be the name of a branch.`,
    hint: "Name another with --target.",
  });
}

function targetCheckedOut(branch: string, path: string): CueLoopError {
  return new CueLoopError("parallel.target_checked_out", {
    message: `The target branch ${branch} is checked out in ${path}, where it must not be moved.`,
    hint: "Check another branch out there, name another target with --target, or start the run there without --target.",
    where: { file: path },
  });
}

/** The upstream of the branch where it has one, else `origin` with the branch's own name. */
async function remoteOf(ctx: GitContext, branch: string): Promise<{ name: string; branch: string }> {
  const read = async (key: string) => (await git(ctx, ["config", "--get", `branch.${branch}.${key}`])).stdout.trim();
  const [remote, merge] = [await read("remote"), await read("merge")];
  const configured = remote !== "" && remote !== "." && merge.startsWith("refs/heads/");
  const found = configured ? { name: remote, branch: merge.slice("refs/heads/".length) } : { name: "origin", branch };
  const url = await git(ctx, ["remote", "get-url", "--push", found.name]);
  if (url.code === 0) return found;
  throw new CueLoopError("parallel.no_remote", {
    message: `There is no remote ${found.name} to push ${branch} to.`,
    hint: `Add it with \`git remote add ${found.name} URL\`, or run with \`--git-publish-mode commit\`, which needs none.`,
  });
}
