import { rmSync } from "node:fs";
import { abortRebase, isRebasing } from "../../git/rebase.ts";
import { currentBranch, gitPath } from "../../git/repository.ts";
import { restoreToHead } from "../../git/restore.ts";
import { git, gitOk } from "../../git/run.ts";
import type { RunContext } from "../../run/context.ts";
import { workExclusions } from "../../run/trees.ts";
import type { WorkerSettings } from "./inputs.ts";

/**
 * Takes back a rebase that a worker which is gone left half-way: the branch never moved, and all work was committed
 * before it began, so what differs from the branch is the rebase's own. Nothing where none is in progress.
 */
export async function settleWorktree(context: RunContext, settings: WorkerSettings): Promise<void> {
  if (!(await isRebasing(context))) return;
  // Whoever held it is gone: this is the worktree of one task, and its processes were ended.
  rmSync(await gitPath(context, "index.lock"), { force: true });
  await abortRebase(context);
  if (await isRebasing(context)) await git(context, ["rebase", "--quit"]);
  if ((await currentBranch(context)) !== settings.branch) await gitOk(context, ["checkout", "--quiet", "--force", settings.branch, "--"]);
  await restoreToHead(context, [...workExclusions(context), ...settings.seeded]);
}
