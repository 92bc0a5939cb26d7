import { existsSync } from "node:fs";
import { formatTimestamp } from "../../base/clock.ts";
import { isAncestor } from "../../git/ancestry.ts";
import { commitTree } from "../../git/commit.ts";
import { listRefs, readRef, updateRef } from "../../git/refs/refs.ts";
import { commonDir, headCommit, treeOf } from "../../git/repository.ts";
import { type GitContext, gitOk } from "../../git/run.ts";
import { captureIndex, captureWorktree, insideEntry, insideWorktree } from "./capture.ts";
import { SALVAGE_PREFIX } from "./names.ts";
import { adminDirectory, readNote } from "./note.ts";

export interface SalvageOptions {
  readonly taskId: string;
  /** Absolute path of the worktree, there or not. */
  readonly path: string;
  /** Commit the work started from; null where that is not known. */
  readonly base: string | null;
  /** Short name of the task's branch. */
  readonly branch: string | null;
  /** As `seedWorktree` gave them. */
  readonly seeded: readonly string[];
}

/** Marks a commit that was built from a work tree; its first parent is what was committed. */
export const SALVAGE_TRAILER = "Cueloop-Salvage";

/**
 * Puts the whole state of a worktree under `refs/cueloop/salvage/<ID>/<time>`: its commits, and a commit of ours over them
 * with the uncommitted and untracked files, where there are any. Of a worktree whose directory is gone, what git's index
 * for it still has. Returns the ref; null when there is nothing beyond the base.
 */
export async function salvage(ctx: GitContext, options: SalvageOptions): Promise<string | null> {
  const admin = adminDirectory(await commonDir(ctx), options.path);
  const branchTip = options.branch === null ? null : await readRef(ctx, `refs/heads/${options.branch}`);
  const state = admin === null ? null : await readState(ctx, admin, options);
  const head = state?.head ?? branchTip;
  if (head === null) return null;
  const others = [branchTip, state?.index ?? null].filter((tip) => tip !== null && tip !== head);
  const tips: string[] = [];
  for (const tip of others) if (tip !== null && !(await isAncestor(ctx, tip, head))) tips.push(tip);
  const base = options.base ?? (admin === null ? null : (readNote(admin)?.base ?? null));
  const isNew = await hasCommits(ctx, [head, ...tips], base);
  const tree = state?.tree ?? null;
  if (tree === null && !isNew) return null;
  const isPlain = tree === null && tips.length === 0;
  const content = { tree: tree ?? (await treeOf(ctx, head)), parents: [head, ...tips] };
  const kept = await keptAlready(ctx, options.taskId, isPlain ? { commit: head } : content);
  return kept ?? pointAt(ctx, options.taskId, isPlain ? head : await commitTree(ctx, { ...content, message: messageFor(options) }));
}

interface State {
  readonly head: string;
  /** The work tree's content where it differs from HEAD. */
  readonly tree: string | null;
  /** A commit of the index where that holds something else than HEAD and the work tree. */
  readonly index: string | null;
}

async function readState(ctx: GitContext, admin: string, options: SalvageOptions): Promise<State | null> {
  const isThere = existsSync(options.path);
  const inside = isThere ? insideWorktree(ctx, admin, options.path) : insideEntry(ctx, admin);
  const head = await headCommit(inside);
  if (head === null) return null;
  const committed = await treeOf(ctx, head);
  const staged = await captureIndex(ctx, admin, options.path);
  if (!isThere) return { head, tree: staged === committed ? null : staged, index: null };
  const seeded = [...options.seeded, ...(readNote(admin)?.seeded ?? [])];
  const { tree } = await captureWorktree(ctx, admin, options.path, seeded);
  const hasOwnIndex = staged !== null && staged !== committed && staged !== tree;
  const index = hasOwnIndex
    ? await commitTree(ctx, { tree: staged, parents: [head], message: `What was staged for ${options.taskId}\n` })
    : null;
  return { head, tree: tree === committed && index === null ? null : tree, index };
}

async function hasCommits(ctx: GitContext, tips: readonly string[], base: string | null): Promise<boolean> {
  const known = base ?? (await headCommit(ctx));
  const excluded = known === null ? [] : ["--not", known];
  return (await gitOk(ctx, ["rev-list", "--max-count=1", ...tips, ...excluded])).trim() !== "";
}

type Content = { readonly commit: string } | { readonly tree: string; readonly parents: readonly string[] };

/** The salvage ref that holds exactly this already; a removal that fails again and again makes no new one each time. */
async function keptAlready(ctx: GitContext, taskId: string, wanted: Content): Promise<string | null> {
  for (const { name, object } of await listRefs(ctx, `${SALVAGE_PREFIX}${taskId.trim()}/`)) {
    if ("commit" in wanted) {
      if (object === wanted.commit) return name;
      continue;
    }
    const found = (await gitOk(ctx, ["log", "-1", "--no-show-signature", "--format=%T %P", object])).trim();
    if (found === [wanted.tree, ...wanted.parents].join(" ")) return name;
  }
  return null;
}

/** Makes a salvage ref of a task name a commit; returns the ref. */
export async function pointAt(ctx: GitContext, taskId: string, commit: string): Promise<string> {
  const stamp = formatTimestamp(ctx.clock.now()).replaceAll(":", "-").replace(".", "-");
  for (let count = 1; ; count += 1) {
    const ref = `${SALVAGE_PREFIX}${taskId.trim()}/${stamp}${count === 1 ? "" : `-${count}`}`;
    if ((await readRef(ctx, ref)) !== null) continue;
    await updateRef(ctx, ref, commit, { expected: null });
    return ref;
  }
}

function messageFor({ taskId, path }: SalvageOptions): string {
  return `Unfinished work on ${taskId}\n\nThe uncommitted files of ${path}, over what was committed there.\n\n${SALVAGE_TRAILER}: ${taskId}\n`;
}
