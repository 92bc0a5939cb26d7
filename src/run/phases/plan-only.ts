import { CueLoopError } from "../../base/errors.ts";
import { captureTree, changedPaths } from "../../git/tree.ts";
import type { RunContext } from "../context.ts";
import { againHint } from "../errors.ts";
import type { Job } from "../job.ts";

const OUTSIDE = [".cueloop/"];
const SHOWN = 10;

/** What planning may not change: everything outside `.cueloop/`, the books left out wherever they are. */
export async function treeOutsideRuntime(context: RunContext, job: Job): Promise<string> {
  return (await captureTree(context, { exclude: [...OUTSIDE, ...job.exclude] })).tree;
}

/** Fails when planning changed more than the plan. Error: `run.plan_changed_files`. */
export async function checkPlanOnly(context: RunContext, job: Job, before: string): Promise<void> {
  const after = await treeOutsideRuntime(context, job);
  const changed = await changedPaths(context, before, after);
  if (changed.length === 0) return;
  const more = changed.length > SHOWN ? `\n  … and ${changed.length - SHOWN} more` : "";
  throw new CueLoopError("run.plan_changed_files", {
    message: `The planning of ${job.task.id} changed files outside .cueloop/, which only the implementation may do:\n${changed
      .slice(0, SHOWN)
      .map((path) => `  ${path}`)
      .join("\n")}${more}`,
    hint: againHint(job.task.id),
    where: { taskId: job.task.id },
  });
}
