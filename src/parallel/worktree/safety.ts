import { existsSync } from "node:fs";
import { CueLoopError } from "../../base/errors.ts";
import { listRefs } from "../../git/refs/refs.ts";
import { headCommit, treeOf } from "../../git/repository.ts";
import { type GitContext, gitOk, gitRecords } from "../../git/run.ts";
import { isAtHead } from "../../git/state/at-head.ts";
import { LOCAL_FILES } from "../../run/trees.ts";
import { captureIndex, captureWorktree, insideEntry, insideWorktree, otherRepositories } from "./capture.ts";
import type { OurWorktree } from "./list.ts";
import { SALVAGE_PREFIX } from "./names.ts";

/** A worktree of ours with git's own directory for it. */
export type Registered = OurWorktree & { readonly admin: string };

/** What was found to be kept elsewhere. */
export interface Saved {
  /** The content of its directory, as a tree or a commit; null when that is gone. */
  readonly content: string | null;
  /** The commit it is at, which another ref than its branch reaches. */
  readonly head: string | null;
}

/**
 * Refuses a worktree that holds what nothing else holds: a nested repository, uncommitted or untracked files that no
 * salvage ref of its task has, commits that no ref but `branch` reaches.
 * Errors: `parallel.nested_repository`, `parallel.unsaved_work`.
 */
export async function requireSaved(ctx: GitContext, worktree: Registered, branch: string | null): Promise<Saved> {
  const { admin, path, note } = worktree;
  const isThere = existsSync(path);
  const head = await headCommit(isThere ? insideWorktree(ctx, admin, path) : insideEntry(ctx, admin));
  if (head !== null && !(await isKept(ctx, head, branch))) throw unsaved(worktree, `the commit ${head}`);
  const begun = note?.removing ?? null;
  const leftOut = [...(note?.seeded ?? []), ...LOCAL_FILES];
  if (isThere && head !== null && begun === null && (await isAtHead(insideWorktree(ctx, admin, path), leftOut))) {
    const others = await otherRepositories(ctx, path);
    if (others.length > 0) throw nested(worktree, others);
    return { content: head, head };
  }
  const found = isThere ? await captureWorktree(ctx, admin, path, note?.seeded ?? []) : null;
  if (found !== null && found.nested.length > 0) throw nested(worktree, found.nested);
  // A removal that was interrupted took files away; whatever it left was accounted for when it began.
  if (begun !== null && found !== null && (await onlyDeletes(ctx, begun, found.tree))) return { content: begun, head };
  const staged = await captureIndex(ctx, admin, path);
  const missing = new Set([found?.tree, staged].filter((tree) => typeof tree === "string"));
  if (head !== null) missing.delete(await treeOf(ctx, head));
  if (missing.size > 0) for (const tree of await salvagedTrees(ctx, worktree.taskId)) missing.delete(tree);
  // What is staged just as it is in the work tree needs no keeping of its own.
  if (missing.size === 0) return { content: found?.tree ?? null, head };
  throw unsaved(worktree, found !== null && missing.has(found.tree) ? "uncommitted or untracked files" : "staged changes");
}

/** Whether a commit is reachable from a ref other than the branch (short name) that is about to go. */
export async function isKept(ctx: GitContext, commit: string, branch: string | null): Promise<boolean> {
  const output = await gitOk(ctx, ["for-each-ref", "--count=2", `--contains=${commit}`, "--format=%(refname)"]);
  return output.split("\n").some((ref) => ref !== "" && ref !== `refs/heads/${branch ?? ""}`);
}

/** Trees that the salvage refs of a task hold: of work trees, of what was staged, of what was committed. */
async function salvagedTrees(ctx: GitContext, taskId: string): Promise<string[]> {
  const refs = await listRefs(ctx, `${SALVAGE_PREFIX}${taskId}/`);
  const trees: string[] = [];
  for (const { object } of refs) {
    const commits = (await gitOk(ctx, ["rev-list", "--max-count=1", "--parents", object])).trim().split(" ");
    for (const commit of commits) trees.push(await treeOf(ctx, commit));
  }
  return trees;
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
