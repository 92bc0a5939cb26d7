import { promptFunctions } from "../../prompts/functions.ts";
import { loadInstructionFiles } from "../../prompts/instruction-files.ts";
import { loadTemplates } from "../../prompts/load.ts";
import { type PhasePromptInput, type PhaseShape, renderPhasePrompt } from "../../prompts/phase-prompt.ts";
import { findTask } from "../../queue/books.ts";
import { readBooks } from "../../queue/store/read.ts";
import type { Task } from "../../queue/task.ts";
import type { RunContext } from "../context.ts";
import type { Job } from "../job.ts";
import { readPlan, readResponse } from "./artefacts.ts";
import { type PhaseStep, phasesOf } from "./shape.ts";

/** What of a job its prompts depend on. */
export type PromptJob = Pick<Job, "task" | "settings" | "gate" | "publishMode" | "repoPrompt" | "message" | "worker">;

/** The prompt of a phase; the person's remark goes with the first one only. Errors: `prompts.*`. */
export function phasePrompt(context: RunContext, job: Job, step: PhaseStep, iteration: number): string {
  const shape = shapeOf(job, step, { plan: () => readPlan(context, job.task.id), response: () => responseOrWarning(context, job) });
  const finish = promptFunctions(context.code);
  const input = inputOf(context, { ...job, task: presentTask(context, job) }, shape, iteration);
  const prompt = renderPhasePrompt(finish === null ? input : { ...input, finish });
  job.message = null;
  return prompt;
}

/** Renders every prompt of the task once with stand-ins, so that a broken template is found before anything is written. */
export function rehearsePrompts(context: RunContext, job: PromptJob): void {
  for (const step of phasesOf(job.settings.phaseCount)) {
    const shape = shapeOf(job, step, { plan: () => "(plan)", response: () => null });
    renderPhasePrompt(inputOf(context, job, shape, job.settings.iterations));
  }
}

function inputOf(context: RunContext, job: PromptJob, shape: PhaseShape, iteration: number): PhasePromptInput {
  return {
    env: context.env,
    config: context.config,
    gate: { enabled: job.gate.enabled, display: job.gate.display },
    publishMode: job.publishMode,
    warn: (message) => context.emit({ kind: "warning", task_id: job.task.id, message }),
    templates: loadTemplates(context),
    task: job.task,
    instructions: loadInstructionFiles(context),
    shape,
    iteration: { index: iteration, count: job.settings.iterations },
    repoPrompt: job.repoPrompt,
    worker: job.worker === true,
    message: job.message,
  };
}

/** The task as the books have it now: the planning may have brought its record up to date. A worker's books are copies. */
function presentTask(context: RunContext, job: Job): Task {
  if (job.worker === true) return job.task;
  try {
    return findTask(readBooks(context, "lenient"), job.task.id)?.task ?? job.task;
  } catch {
    return job.task;
  }
}

interface Sources {
  plan(): string;
  response(): string | null;
}

function shapeOf(job: PromptJob, step: PhaseStep, sources: Sources): PhaseShape {
  const totalPhases = job.settings.phaseCount === 3 ? 3 : 2;
  switch (step.role) {
    case "single":
      return { kind: "single" };
    case "planning":
      return { kind: "planning", totalPhases };
    case "implementation":
    case "handoff":
      return { kind: "implementation", totalPhases, plan: sources.plan() };
    case "review":
      return { kind: "review", phase2Response: sources.response() };
  }
}

function responseOrWarning(context: RunContext, job: Job): string | null {
  const response = readResponse(context, job.task.id);
  if (response === null) {
    context.emit({
      kind: "warning",
      task_id: job.task.id,
      phase: "review",
      message: "The implementation's last message is not there; the review goes by the tree.",
    });
  }
  return response;
}
