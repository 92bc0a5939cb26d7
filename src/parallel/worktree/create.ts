import { existsSync, lstatSync, readdirSync } from "node:fs";
import { formatTimestamp } from "../../base/clock.ts";
import { CueLoopError, messageOf } from "../../base/errors.ts";
import { deleteRef, readRef } from "../../git/refs/refs.ts";
import { commonDir } from "../../git/repository.ts";
import { type GitContext, type GitResult, git, gitFailed, gitOk, splitRecords, uninterruptible } from "../../git/run.ts";
import type { AdminLock } from "./admin-lock.ts";
import { findOurWorktree } from "./list.ts";
import { lockReason, NO_HOOKS } from "./names.ts";
import { adminDirectory, writeNote } from "./note.ts";
import { initialiseSubmodules } from "./submodules.ts";

/** Files of a large checkout are written by several processes: most of the time goes into waiting for the disk. */
const CHECKOUT_WORKERS = 4;
const CHECKOUT_TIMEOUT_MS = 600_000;

export interface NewWorktree {
  readonly taskId: string;
  readonly runId: string;
  /** Absolute; must not exist, or be an empty directory. */
  readonly path: string;
  /** Short name; must not exist. */
  readonly branch: string;
  /** Full id of the commit to start from. */
  readonly base: string;
}

/**
 * Makes the worktree of a task on a new branch, locked so that nobody prunes it, without running git hooks. Submodules
 * that the coordinator's checkout has initialised are initialised there. What was made is taken away again on failure.
 * Errors: `parallel.path_taken`, `parallel.branch_taken`, git's own.
 */
export async function createWorktree(ctx: GitContext, admin: AdminLock, worktree: NewWorktree): Promise<void> {
  const { isSparse, checkoutWorkers } = await checkoutSettings(ctx);
  await admin.run(async () => {
    await requireFreePath(ctx, worktree);
    await requireFreeBranch(ctx, worktree);
    await register(ctx, worktree);
  });
  try {
    await admin.beside(() => fill(ctx, worktree, checkoutWorkers));
  } catch (error) {
    await admin.run(() => takeAway(ctx, worktree));
    throw error;
  }
  const place = adminDirectory(await commonDir(ctx), worktree.path);
  if (place === null) throw notFound(worktree);
  const { taskId, runId, base, branch } = worktree;
  const created = formatTimestamp(ctx.clock.now());
  writeNote(place, { version: 1, task_id: taskId.trim(), run_id: runId, base, branch, created_at: created, seeded: [], removing: null });
  if (existsSync(`${ctx.root}/.gitmodules`)) await initialiseSubmodules(ctx, worktree.path);
  if (isSparse) {
    ctx.log.info(`${worktree.taskId}: the checkout is sparse, so its worktree is too: an agent does not see the excluded paths.`);
  }
}

/** What the configuration of the repository says about checkouts; `checkoutWorkers` null: nothing. */
async function checkoutSettings(ctx: GitContext): Promise<{ readonly isSparse: boolean; readonly checkoutWorkers: string | null }> {
  const found = await git(ctx, ["config", "--null", "--get-regexp", "^(core\\.sparsecheckout|checkout\\.workers)$"]);
  // A key without a value is one that is switched on.
  const values = new Map(splitRecords(found.stdout).map((record) => [record.split("\n", 1)[0], /\n(.*)/s.exec(record)?.[1] ?? "true"]));
  return {
    isSparse: /^(true|yes|on|1)$/i.test(values.get("core.sparsecheckout") ?? ""),
    checkoutWorkers: values.get("checkout.workers") ?? null,
  };
}

/** Has git know the worktree, which is empty then. */
async function register(ctx: GitContext, worktree: NewWorktree): Promise<void> {
  const { path, branch, base } = worktree;
  const place = ["--lock", "--reason", lockReason(worktree.runId, worktree.taskId), "--no-track", "-b", branch, "--", path, base];
  const args = [...NO_HOOKS, "worktree", "add", "--quiet", "--no-checkout", ...place];
  for (let attempt = 1; ; attempt += 1) {
    let result: GitResult;
    try {
      result = await git(ctx, args);
    } catch (error) {
      await takeAway(ctx, worktree);
      throw error;
    }
    if (result.code === 0) return;
    await takeAway(ctx, worktree);
    // Another program that adds or removes a worktree at this moment makes git stumble, half-way at times.
    if (attempt === 3 || !/commondir|bad object worktrees\/|already exists/.test(result.stderr)) throw gitFailed(ctx, args, result);
  }
}

/** Checks the files out, as `git worktree add` does. */
async function fill(ctx: GitContext, { path }: NewWorktree, checkoutWorkers: string | null): Promise<void> {
  const parallel = checkoutWorkers === null ? ["-c", `checkout.workers=${CHECKOUT_WORKERS}`] : [];
  const args = [...NO_HOOKS, ...parallel, "reset", "--quiet", "--hard", "--no-recurse-submodules"];
  await gitOk({ ...ctx, root: path }, args, { timeoutMs: CHECKOUT_TIMEOUT_MS });
}

/** Undoes what a failed `worktree add` did: nobody has worked there, and neither path nor branch was there before. */
async function takeAway(ctx: GitContext, { path, branch, base }: NewWorktree): Promise<void> {
  const steady = uninterruptible(ctx);
  try {
    if ((await findOurWorktree(steady, path)) !== null) await git(steady, ["worktree", "remove", "--force", "--force", "--", path]);
    if ((await readRef(steady, `refs/heads/${branch}`)) === base) await deleteRef(steady, `refs/heads/${branch}`, base);
  } catch (error) {
    ctx.log.warn(`What a failed \`git worktree add\` left at ${path} was not taken away: ${messageOf(error)}`);
  }
}

async function requireFreePath(ctx: GitContext, { path }: NewWorktree): Promise<void> {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  const registered = await findOurWorktree(ctx, path);
  if (registered !== null) {
    throw new CueLoopError("parallel.path_taken", {
      message: `${path} is a worktree of ${registered.taskId} that an earlier run left behind.`,
      hint: "`cueloop worktree list` shows it; `cueloop worktree gc` removes what is left over, its work kept.",
      where: { file: path },
    });
  }
  if (stat === undefined || (stat.isDirectory() && readdirSync(path).length === 0)) return;
  throw new CueLoopError("parallel.path_taken", {
    message: `${path} is there already and is no worktree of ours, so no worktree can be made at this path. Nothing was deleted.`,
    hint: "Move it away, or set another `parallel.workspace_root`.",
    where: { file: path },
  });
}

async function requireFreeBranch(ctx: GitContext, { branch, taskId }: NewWorktree): Promise<void> {
  if ((await readRef(ctx, `refs/heads/${branch}`)) === null) return;
  throw new CueLoopError("parallel.branch_taken", {
    message: `The branch \`${branch}\` for ${taskId} exists already.`,
    hint: `Look at it with \`git log ${branch}\`; merge it, rename it with \`git branch -m\`, or delete it.`,
    where: { taskId },
  });
}

function notFound({ path }: NewWorktree): CueLoopError {
  return new CueLoopError("parallel.worktree_lost", {
    message: `git made the worktree ${path} and does not know it any more.`,
    where: { file: path },
  });
}
