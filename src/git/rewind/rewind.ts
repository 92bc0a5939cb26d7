import { CueLoopError } from "../../base/errors.ts";
import { shellWord } from "../../base/shell.ts";
import { commitTree } from "../commit.ts";
import { updateRef } from "../refs/refs.ts";
import { fromTop, headCommit, toTop, treeOf, type WorkTreeLayout, workTreeLayout } from "../repository.ts";
import { type GitContext, gitOk } from "../run.ts";
import { type Exclusions, exclusionTest } from "../state/exclude.ts";
import { indexTree, withTemporaryIndex } from "../tree.ts";
import { indexDifferences, treeDifferences } from "./differences.ts";
import { findObstacles } from "./obstacles.ts";
import { planRewind, type RewindPlan } from "./plan.ts";
import { capturePresent, isFile } from "./present.ts";
import { carryOut, setEntries } from "./restore.ts";

export interface RewindRequest {
  /** Where the present state is kept. */
  readonly ref: string;
  /** Subject of the commits that keep it. */
  readonly message: string;
  /** Tree of the work tree to go back to, captured with the same exclusions. */
  readonly base: string;
  /** Tree of the index then. */
  readonly index: string;
  /** HEAD then; null when there was no commit. */
  readonly head: string | null;
  /** Relative to `root`; their content is left alone. */
  readonly exclude: Exclusions;
  /** Called when everything is kept and nothing stands in the way, before the first change. */
  readonly onKept?: (kept: KeptWork) => void;
}

export interface Rewound {
  /** Null when nothing had changed. */
  readonly kept: KeptWork | null;
  /** Repositories inside this one that stay as they are, relative to `root`. */
  readonly repositories: readonly string[];
  /** Files, relative to `root`, that could not come back beside what was committed; the ref keeps them. */
  readonly displaced: readonly string[];
}

/** Work that was taken out of the tree. */
export interface KeptWork {
  /**
   * A commit with the whole work tree as it was; its second parent holds what the tree is afterwards, and the parent
   * of that what it was before the work.
   */
  readonly ref: string;
  /** What was taken out of the tree, as a range of revisions; null: nothing, only the index was changed. */
  readonly range: string | null;
  /** Absolute path of the work tree's top level, where it is not `root`. */
  readonly top: string | null;
}

/**
 * Takes back what was changed in the work tree and the index since `base`, after keeping it under a ref. HEAD never
 * moves: what was committed meanwhile stays, with its content there. What did not change is not touched, what git
 * cannot keep is not removed. Can be done again after a failure.
 * Errors: `git.rewind_blocked` before anything was changed; `git.rewind_failed` half-way; both name the ref.
 */
export async function rewind(ctx: GitContext, request: RewindRequest): Promise<Rewound> {
  const layout = await workTreeLayout(ctx);
  const top = { ...ctx, root: layout.top };
  const present = await capturePresent(ctx, layout, request);
  const head = await headCommit(ctx);
  const committed = await treeDifferences(top, await treeOf(ctx, request.head), await treeOf(ctx, head));
  const staged = await indexDifferences(top, await treeOf(ctx, head));
  const index = await indexDifferences(top, request.index);
  const isExcluded = exclusionTest(request.exclude);
  const missing = [...committed.keys()].filter((path) => !isExcluded(fromTop(layout, path)) && !isFile(layout.top, path));
  const plan = planRewind({ work: present.differences, index, committed, missing: new Set(missing), staged });
  const repositories = [...plan.repositories, ...present.nested.map((path) => toTop(layout, path))].map((path) => fromTop(layout, path));
  if (plan.files.size + plan.entries.size === 0) return { kept: null, repositories, displaced: [] };
  const kept = await keep(ctx, layout, request, { tree: present.tree, head, files: plan.files });
  const obstacles = findObstacles(layout.top, plan.files);
  if (obstacles.length > 0)
    throw blocked(
      obstacles.map((path) => fromTop(layout, path)),
      kept,
    );
  request.onKept?.(kept);
  try {
    await carryOut(ctx, layout, plan);
  } catch (cause) {
    throw halfWay(cause, kept, request.exclude);
  }
  return { kept, repositories, displaced: plan.displaced.map((path) => fromTop(layout, path)) };
}

/** Keeps the present state, the one to come and the earlier one as commits of ours, under one ref. */
async function keep(
  ctx: GitContext,
  layout: WorkTreeLayout,
  request: RewindRequest,
  present: { readonly tree: string; readonly head: string | null; readonly files: RewindPlan["files"] },
): Promise<KeptWork> {
  const { ref, message } = request;
  const parents = (commits: readonly (string | null)[]) => commits.filter((commit) => commit !== null);
  const before = await commitTree(ctx, { tree: request.base, parents: parents([request.head]), message: `${message}: the tree before` });
  // With paths that were committed meanwhile it is not the earlier one.
  const tree = await withTemporaryIndex(ctx, layout, null, async (temporary) => {
    await gitOk(temporary, ["read-tree", present.tree]);
    await setEntries(temporary, present.files);
    return (await gitOk(temporary, ["write-tree"])).trim();
  });
  const after = await commitTree(ctx, { tree, parents: [before], message: `${message}: the tree without them` });
  // What was staged and is not in the work tree is nowhere else; conflicts cannot be kept that way.
  const staged = await indexTree(ctx).catch(() => null);
  const aside = staged === null || staged === request.index || staged === present.tree ? null : staged;
  const index =
    aside === null ? null : await commitTree(ctx, { tree: aside, parents: parents([present.head]), message: `${message}: the index` });
  await updateRef(ctx, ref, await commitTree(ctx, { tree: present.tree, parents: parents([present.head, after, index]), message }));
  const range = present.files.size === 0 ? null : `${ref}^-${present.head === null ? 1 : 2}`;
  return { ref, range, top: layout.prefix === "" ? null : layout.top };
}

export interface KeptCommands {
  /** Shows what was taken out. */
  readonly show: string;
  /** Puts it into the tree again, on top of what is there then. */
  readonly bringBack: string;
}

/** What a person does with work that was taken out; null: no file was changed, only what was staged. */
export function commandsFor({ range, top }: KeptWork): KeptCommands | null {
  if (range === null) return null;
  const place = top === null ? "" : ` -C ${shellWord(top)}`;
  // Some shells take a bare ^ for a pattern.
  return { show: `git diff '${range}'`, bringBack: `git diff-tree -p --binary '${range}' | git${place} apply --whitespace=nowarn` };
}

function blocked(paths: readonly string[], kept: KeptWork): CueLoopError {
  const shown = paths.slice(0, 10).join(", ") + (paths.length > 10 ? ", …" : "");
  return new CueLoopError("git.rewind_blocked", {
    message: `Files cannot come back, because something that git does not keep is in their place: ${shown}. Nothing was changed.`,
    hint: "Move it away, then try again.",
    kept: kept.ref,
  });
}

function halfWay(cause: unknown, kept: KeptWork, exclude: Exclusions): CueLoopError {
  const specs = exclude.map((path) => ` ':!${path.replace(/\/+$/, "")}'`).join("");
  return new CueLoopError("git.rewind_failed", {
    message: `Not every change could be taken back. Everything as it was is kept in ${kept.ref}.`,
    hint: `When the cause is gone, \`git restore --source=${kept.ref} --worktree -- .${specs}\` puts it all into the tree again.`,
    kept: kept.ref,
    cause,
  });
}
