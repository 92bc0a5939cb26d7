import { promptFunctions } from "../../../prompts/functions.ts";
import { type ConflictHandOff, conflictMessage } from "../../../prompts/hand-off.ts";
import { loadTemplates } from "../../../prompts/load.ts";
import type { FinishPrompt } from "../../../prompts/render.ts";
import type { RunContext } from "../../../run/context.ts";
import type { PromptJob } from "../../../run/phases/prompt.ts";

/** What the agent is told about conflicts. Errors are those of the template `merge_conflicts`. */
export function conflictPrompt(context: RunContext, job: PromptJob, handOff: ConflictHandOff): string {
  return rendered(context, job, handOff, promptFunctions(context.code));
}

function rendered(context: RunContext, job: PromptJob, handOff: ConflictHandOff, finish: FinishPrompt | null): string {
  return conflictMessage(handOff, loadTemplates(context), {
    env: context.env,
    config: context.config,
    gate: { enabled: job.gate.enabled, display: job.gate.display },
    publishMode: job.publishMode,
    warn: (message) => context.emit({ kind: "warning", task_id: job.task.id, message }),
    ...(finish === null ? {} : { finish }),
  });
}

/** Renders it once with stand-ins, so that a broken template is found before anything is done. */
export function rehearseConflictPrompt(context: RunContext, job: PromptJob): void {
  const standIn = { attempt: 1, maxAttempts: 1, target: "", onto: null, phaseSummary: "", status: "", previousFailure: null };
  const handOff = { ...standIn, task: job.task, books: [], gate: null, message: null, files: [], unmarked: [], theirs: "" };
  rendered(context, job, handOff, null);
}
