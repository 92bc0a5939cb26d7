import { CueLoopError } from "../../base/errors.ts";
import { captureTree, changedPaths } from "../../git/tree.ts";
import type { RunContext } from "../context.ts";
import type { Job } from "../job.ts";
import type { Conversation } from "../turns/conversation.ts";
import { settleFailure } from "../undo/settle.ts";

const OUTSIDE = [".cueloop/"];
const SHOWN = 10;

/** What planning may not change: everything outside `.cueloop/`, the books left out wherever they are. */
export async function treeOutsideRuntime(context: RunContext, job: Job): Promise<string> {
  return (await captureTree(context, { exclude: [...OUTSIDE, ...job.exclude] })).tree;
}

/**
 * Fails when planning changed more than the plan, unless a person has the agent put it right or wants to go on with it.
 * Error: `run.plan_changed_files`.
 */
export async function checkPlanOnly(context: RunContext, job: Job, conversation: Conversation, before: string): Promise<void> {
  for (;;) {
    const changed = await changedPaths(context, before, await treeOutsideRuntime(context, job));
    if (changed.length === 0) return;
    const message = violation(job.task.id, changed);
    const settled = await settleFailure(context, job, { site: "phase1_plan_only", preface: message, canContinue: true, canProceed: true });
    if (settled.kind === "proceed") return;
    if (settled.kind === "end") {
      throw new CueLoopError("run.plan_changed_files", {
        message: `${message}\n${settled.ending.statement}`,
        hint: settled.ending.hint,
        where: { taskId: job.task.id },
      });
    }
    await conversation.continueWith(settled.message);
  }
}

function violation(taskId: string, changed: readonly string[]): string {
  const lines = changed.slice(0, SHOWN).map((path) => `  ${path}`);
  if (changed.length > SHOWN) lines.push(`  … and ${changed.length - SHOWN} more`);
  return [`The planning of ${taskId} changed files outside .cueloop/, which only the implementation may do:`, ...lines].join("\n");
}
