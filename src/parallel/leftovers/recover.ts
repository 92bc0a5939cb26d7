import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { CueLoopError } from "../../base/errors.ts";
import { readRef } from "../../git/refs/refs.ts";
import { resolveCommit } from "../../git/repository.ts";
import { type GitContext, gitOk } from "../../git/run.ts";
import type { AdminLock } from "../worktree/admin-lock.ts";
import type { WorktreeContext } from "../worktree/context.ts";
import { BRANCH_PREFIXES, NO_HOOKS, SALVAGE_PREFIX, workspaceRoot } from "../worktree/names.ts";
import { committedPart, listSalvaged } from "./salvaged.ts";

export interface RecoverOptions {
  readonly taskId: string;
  /** A salvage ref (its last part is enough), or any revision; null: the newest of the task, else its branch. */
  readonly ref: string | null;
  /** Absolute; null: beside the other worktrees. */
  readonly into: string | null;
}

export interface Recovered {
  readonly path: string;
  /** Short name of the new branch. */
  readonly branch: string;
  /** What was brought back: a ref or a revision. */
  readonly source: string;
  /** Commit the branch is at. */
  readonly commit: string;
  /** Whether there are changes that were not committed, and are not now. */
  readonly uncommitted: boolean;
}

/**
 * Makes a worktree with the kept work of a task on a new branch `recovered/<ID>`, what was uncommitted left uncommitted.
 * No worktree, branch or queue file that is there is touched. Errors: `parallel.nothing_to_recover`, `parallel.path_taken`.
 */
export async function recoverWork(ctx: WorktreeContext, admin: AdminLock, options: RecoverOptions): Promise<Recovered> {
  const { name: source, commit: kept } = await sourceOf(ctx, options);
  const commit = await committedPart(ctx, kept);
  return admin.run(async () => {
    const path = options.into ?? freePath(ctx, options.taskId);
    if (!isFree(path)) throw pathTaken(path);
    const branch = await freeBranch(ctx, options.taskId);
    await gitOk(ctx, [...NO_HOOKS, "worktree", "add", "--quiet", "--no-track", "-b", branch, "--", path, commit]);
    const there = { ...ctx, root: path };
    if (kept !== commit) {
      await gitOk(there, ["read-tree", "-m", "-u", commit, kept]);
      await gitOk(there, ["reset", "--quiet"]);
    }
    return { path, branch, source, commit, uncommitted: kept !== commit };
  });
}

async function sourceOf(ctx: GitContext, { taskId, ref }: RecoverOptions): Promise<{ readonly name: string; readonly commit: string }> {
  const [newest] = await listSalvaged(ctx, taskId);
  const branches = BRANCH_PREFIXES.map((prefix) => `refs/heads/${prefix}${taskId}`);
  const names = ref === null ? [...(newest === undefined ? [] : [newest.ref]), ...branches] : [`${SALVAGE_PREFIX}${taskId}/${ref}`, ref];
  for (const name of names) {
    const commit = await resolveCommit(ctx, name);
    if (commit !== null) return { name, commit };
  }
  throw new CueLoopError("parallel.nothing_to_recover", {
    message:
      ref === null
        ? `Nothing is kept of ${taskId}: it has neither a salvage ref nor a branch.`
        : `There is no commit \`${ref}\` to recover ${taskId} from.`,
    hint: "`cueloop worktree list` shows what is kept, with its refs.",
    where: { taskId },
  });
}

function freePath(ctx: WorktreeContext, taskId: string): string {
  const place = join(workspaceRoot(ctx), `${taskId}-recovered`);
  for (let count = 1; ; count += 1) {
    const path = count === 1 ? place : `${place}-${count}`;
    if (isFree(path)) return path;
  }
}

function isFree(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat === undefined || (stat.isDirectory() && readdirSync(path).length === 0);
}

async function freeBranch(ctx: GitContext, taskId: string): Promise<string> {
  for (let count = 1; ; count += 1) {
    const branch = `recovered/${taskId}${count === 1 ? "" : `-${count}`}`;
    if ((await readRef(ctx, `refs/heads/${branch}`)) === null) return branch;
  }
}

function pathTaken(path: string): CueLoopError {
  return new CueLoopError("parallel.path_taken", {
    message: `${path} is there already, and what is in it stays.`,
    hint: "Name another directory with `--into`.",
    where: { file: path },
  });
}
