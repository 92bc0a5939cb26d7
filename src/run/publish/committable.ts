import { CueLoopError } from "../../base/errors.ts";
import { currentBranch } from "../../git/repository.ts";
import { uncommittable } from "../../git/state/uncommittable.ts";
import type { RunContext } from "../context.ts";
import type { Job } from "../job.ts";

/**
 * What would keep a task's work out of its commit, found before anything is archived.
 * Errors: `run.branch_changed`, `run.unmerged`, `run.submodule_changes`.
 */
export async function requireCommittable(context: RunContext, job: Job): Promise<void> {
  await requireSameBranch(context, job);
  const { unmerged, submodules } = await uncommittable(context);
  if (unmerged.length > 0) {
    throw new CueLoopError("run.unmerged", {
      message: `Merge conflicts were left unresolved while ${job.task.id} was worked: ${shown(unmerged)}. Nothing was archived or committed.`,
      hint: `Resolve them and stage the files with \`git add\`; then \`cueloop run resume\` goes on from there.`,
      where: { taskId: job.task.id },
    });
  }
  if (submodules.length > 0) {
    throw new CueLoopError("run.submodule_changes", {
      message: `${job.task.id} changed files inside a submodule, which no commit of this repository can hold: ${shown(submodules)}. Nothing was archived or committed.`,
      hint: `Commit them in the submodule, or take them back there; then \`cueloop run resume\` goes on from there.`,
      where: { taskId: job.task.id },
    });
  }
}

/** A commit belongs on the branch the run was started on. */
async function requireSameBranch(context: RunContext, job: Job): Promise<void> {
  const branch = await currentBranch(context);
  if (branch === job.branch) return;
  const name = (value: string | null) => (value === null ? "a detached HEAD" : `the branch ${value}`);
  throw new CueLoopError("run.branch_changed", {
    message: `${job.task.id} was begun on ${name(job.branch)}, and now the checkout is on ${name(branch)}. Nothing was archived or committed.`,
    hint: `Go back (\`git switch ${job.branch ?? "--detach <commit>"}\`) with the work you want, then \`cueloop run resume\` goes on.`,
    where: { taskId: job.task.id },
  });
}

function shown(paths: readonly string[]): string {
  return paths.length > 10 ? `${paths.slice(0, 10).join(", ")} and ${paths.length - 10} more` : paths.join(", ");
}
