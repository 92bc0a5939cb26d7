import { existsSync, rmSync } from "node:fs";
import { lockHolder } from "../../git/locks/lock-holder.ts";
import { abortRebase, isRebasing } from "../../git/rebase.ts";
import { currentBranch, gitPath } from "../../git/repository.ts";
import { restoreToHead } from "../../git/restore.ts";
import { git, gitOk } from "../../git/run.ts";
import type { RunContext } from "../../run/context.ts";
import { workExclusions } from "../../run/trees.ts";
import type { WorkerSettings } from "./inputs.ts";

/**
 * Takes back a rebase that a worker or a git which is gone left half-way: the branch never moved, and all work was
 * committed before it began, so what differs from the branch is the rebase's own. A lock that its git left goes in any case.
 */
export async function settleWorktree(context: RunContext, settings: WorkerSettings): Promise<void> {
  await removeLock(context);
  if (!(await isRebasing(context))) return;
  await abortRebase(context);
  if (await isRebasing(context)) await git(context, ["rebase", "--quit"]);
  if ((await currentBranch(context)) !== settings.branch) await gitOk(context, ["checkout", "--quiet", "--force", settings.branch, "--"]);
  await restoreToHead(context, [...workExclusions(context), ...settings.seeded]);
}

/** This is the worktree of one task, whose processes were ended; only a person could be at work in it. */
async function removeLock(context: RunContext): Promise<void> {
  const lock = await gitPath(context, "index.lock");
  if (existsSync(lock) && lockHolder(lock, [context.root]).kind !== "process") rmSync(lock, { force: true });
}
