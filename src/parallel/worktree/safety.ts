import { existsSync } from "node:fs";
import { CueLoopError } from "../../base/errors.ts";
import { listRefs } from "../../git/refs.ts";
import { headCommit, treeOf } from "../../git/repository.ts";
import { type GitContext, git, gitOk, gitRecords } from "../../git/run.ts";
import { type Captured, captureWorktree, insideWorktree } from "./capture.ts";
import type { OurWorktree } from "./list.ts";
import { SALVAGE_PREFIX } from "./names.ts";

/**
 * Refuses a worktree that holds what nothing else holds: a nested repository, uncommitted or untracked files that no
 * salvage ref of its task has, commits that no ref but `branch` reaches. Returns the tree of its content; null when its
 * directory is gone. Errors: `parallel.nested_repository`, `parallel.unsaved_work`.
 */
export async function requireSaved(
  ctx: GitContext,
  worktree: OurWorktree & { readonly admin: string },
  branch: string | null,
): Promise<string | null> {
  const { admin, path, note } = worktree;
  const inside = existsSync(path) ? insideWorktree(ctx, admin, path) : { ...ctx, gitEnv: { ...ctx.gitEnv, GIT_DIR: admin } };
  const head = await headCommit(inside);
  if (head !== null && !(await isKept(ctx, head, branch))) throw unsaved(worktree, `the commit ${head}`);
  const found = await content(ctx, worktree, inside);
  if (found === null) return null;
  if (found.nested.length > 0) throw nested(worktree, found.nested);
  const known = [...(head === null ? [] : [await treeOf(ctx, head)]), ...(await salvagedTrees(ctx, worktree.taskId))];
  if (known.includes(found.tree)) return found.tree;
  const begun = note?.removing ?? null;
  // A removal that was interrupted took files away; whatever it left was accounted for when it began.
  if (begun !== null && (await onlyDeletes(ctx, begun, found.tree))) return begun;
  throw unsaved(worktree, "uncommitted or untracked files");
}

async function content(
  ctx: GitContext,
  { admin, path, note }: OurWorktree & { readonly admin: string },
  inside: GitContext,
): Promise<Captured | null> {
  if (existsSync(path)) return captureWorktree(ctx, admin, path, note?.seeded ?? []);
  const staged = await git(inside, ["write-tree"]);
  return staged.code === 0 ? { tree: staged.stdout.trim(), nested: [] } : null;
}

/** Whether a commit is reachable from a ref other than the branch (short name) that is about to go. */
export async function isKept(ctx: GitContext, commit: string, branch: string | null): Promise<boolean> {
  const output = await gitOk(ctx, ["for-each-ref", "--count=2", `--contains=${commit}`, "--format=%(refname)"]);
  return output.split("\n").some((ref) => ref !== "" && ref !== `refs/heads/${branch ?? ""}`);
}

async function salvagedTrees(ctx: GitContext, taskId: string): Promise<string[]> {
  const refs = await listRefs(ctx, `${SALVAGE_PREFIX}${taskId}/`);
  return Promise.all(refs.map(({ object }) => treeOf(ctx, object)));
}

async function onlyDeletes(ctx: GitContext, before: string, after: string): Promise<boolean> {
  return (await gitRecords(ctx, ["diff-tree", "-r", "--no-renames", "--name-only", "--diff-filter=d", "-z", before, after])).length === 0;
}

function nested({ path, taskId }: OurWorktree, found: readonly string[]): CueLoopError {
  return new CueLoopError("parallel.nested_repository", {
    message: `The worktree ${path} is not removed: git cannot keep the content of the repositories inside it: ${found.join(", ")}.`,
    hint: "Move them away, or delete what is not needed, then run the command again.",
    where: { file: path, taskId },
    kept: path,
  });
}

function unsaved({ path, taskId }: OurWorktree, what: string): CueLoopError {
  return new CueLoopError("parallel.unsaved_work", {
    message: `The worktree ${path} is not removed: it holds ${what}, and no ref keeps that.`,
    hint: `Look at it with \`git -C ${path} status\`.`,
    where: { file: path, taskId },
    kept: path,
  });
}
