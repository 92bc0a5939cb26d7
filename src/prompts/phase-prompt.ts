import type { Task } from "../queue/task.ts";
import {
  iterationCompletion,
  iterationContext,
  NO_PHASE2_RESPONSE,
  NO_TASK_REFRESH,
  personMessage,
  reviewGuidance,
  taskRefresh,
} from "./insertions.ts";
import { type InstructionFile, instructionPreamble } from "./instruction-files.ts";
import type { Templates } from "./load.ts";
import { withoutRepeatedGuidance } from "./project-guidance.ts";
import type { TemplateName } from "./registry.ts";
import { type RenderSources, renderTemplate } from "./render.ts";
import { type RepoPromptBlocks, repoPromptBlock } from "./repo-prompt.ts";
import { taskContext } from "./task-context.ts";

/** What the agent is to do in this phase. */
export type PhaseShape =
  | { readonly kind: "single" }
  | { readonly kind: "planning"; readonly totalPhases: 2 | 3 }
  | { readonly kind: "implementation"; readonly totalPhases: 2 | 3; readonly plan: string }
  /** `phase2Response`: the last message of phase 2, null when none was kept. */
  | { readonly kind: "review"; readonly phase2Response: string | null };

export interface PhasePromptInput extends RenderSources {
  readonly templates: Templates;
  readonly task: Task;
  readonly instructions: readonly InstructionFile[];
  readonly shape: PhaseShape;
  /** Both count from 1. */
  readonly iteration: { readonly index: number; readonly count: number };
  readonly repoPrompt: RepoPromptBlocks;
  /** True in a parallel worker: its queue files are copies. */
  readonly worker: boolean;
  /** What `--message` gave, for the first phase of an invocation that continues no session. */
  readonly message: string | null;
}

/** Path of a task's plan, relative to the repository root. */
export function planPath(taskId: string): string {
  return `.cueloop/cache/plans/${taskId}.md`;
}

/** The base prompt: the task, the instruction files and the rendered `worker` template. */
export function renderBasePrompt(input: PhasePromptInput): string {
  const worker = renderTemplate("worker", input.templates.worker, { TASK_ID: input.task.id, INTERACTIVE_INSTRUCTIONS: "" }, input);
  return [taskContext(input.task), instructionPreamble(input.instructions), worker].filter((part) => part !== "").join("\n\n---\n\n");
}

/** The whole prompt of one phase. Errors are those of `renderTemplate`. */
export function renderPhasePrompt(input: PhasePromptInput): string {
  const block = repoPromptBlock(input.repoPrompt, input.shape.kind === "planning" ? planPath(input.task.id) : null);
  const { name, variables } = wrapperOf(input);
  const { finish, ...unfinished } = input;
  const whole = { ...variables, REPOPROMPT_BLOCK: block };
  const rendered = renderTemplate(name, input.templates[name], whole, unfinished);
  const message = personMessage(input.message);
  // The person's words come after the collapsing of blank lines, so they stay verbatim.
  const base = block === "" ? rendered.replace(/\n{3,}/g, "\n\n") : rendered;
  const prompt = finish?.(name, whole, base) ?? base;
  return message === "" ? prompt : `${prompt.trimEnd()}\n\n${message}`;
}

interface Wrapper {
  readonly name: TemplateName;
  readonly variables: Readonly<Record<string, string>>;
}

function wrapperOf(input: PhasePromptInput): Wrapper {
  const { shape, task, iteration } = input;
  const isFinal = iteration.index >= iteration.count;
  const base = renderBasePrompt(input);
  const shared = {
    TASK_ID: task.id,
    BASE_WORKER_PROMPT: base,
    ITERATION_CONTEXT: iterationContext(iteration.index, iteration.count),
    ITERATION_COMPLETION_BLOCK: isFinal ? "" : iterationCompletion(task.id),
  };
  switch (shape.kind) {
    case "single":
      return { name: "worker_single_phase", variables: { ...shared, CHECKLIST: closingChecklist(input, isFinal) } };
    case "planning":
      return {
        name: "worker_phase1",
        variables: {
          ...shared,
          TOTAL_PHASES: String(shape.totalPhases),
          PLAN_PATH: planPath(task.id),
          TASK_REFRESH_INSTRUCTION: input.worker ? NO_TASK_REFRESH : taskRefresh(task.id, input.config.queue.file),
        },
      };
    case "implementation": {
      const variables = { ...shared, TOTAL_PHASES: String(shape.totalPhases), PLAN_TEXT: shape.plan };
      return shape.totalPhases === 3
        ? { name: "worker_phase2_handoff", variables: { ...variables, CHECKLIST: checklist(input, "phase2_handoff_checklist") } }
        : { name: "worker_phase2", variables: { ...variables, CHECKLIST: closingChecklist(input, isFinal) } };
    }
    case "review": {
      const body = renderTemplate("code_review", input.templates.code_review, { TASK_ID: task.id }, input);
      return {
        name: "worker_phase3",
        variables: {
          ...shared,
          TOTAL_PHASES: "3",
          CODE_REVIEW_BODY: withoutRepeatedGuidance(body, base),
          COMPLETION_CHECKLIST: closingChecklist(input, isFinal),
          PHASE2_FINAL_RESPONSE: shape.phase2Response?.trim() ? shape.phase2Response : NO_PHASE2_RESPONSE,
          PHASE3_COMPLETION_GUIDANCE: reviewGuidance(task.id, isFinal),
        },
      };
    }
  }
}

function closingChecklist(input: PhasePromptInput, isFinal: boolean): string {
  return checklist(input, isFinal ? "completion_checklist" : "iteration_checklist");
}

function checklist(input: PhasePromptInput, name: "completion_checklist" | "iteration_checklist" | "phase2_handoff_checklist"): string {
  const variables = { TASK_ID: input.task.id, RUN_MODE: input.worker ? "parallel-worker" : "normal" };
  return renderTemplate(name, input.templates[name], variables, input);
}
