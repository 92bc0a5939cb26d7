import codeReview from "./templates/code_review.md" with { type: "text" };
import completionChecklist from "./templates/completion_checklist.md" with { type: "text" };
import iterationChecklist from "./templates/iteration_checklist.md" with { type: "text" };
import mergeConflicts from "./templates/merge_conflicts.md" with { type: "text" };
import handoffChecklist from "./templates/phase2_handoff_checklist.md" with { type: "text" };
import worker from "./templates/worker.md" with { type: "text" };
import phase1 from "./templates/worker_phase1.md" with { type: "text" };
import phase2 from "./templates/worker_phase2.md" with { type: "text" };
import phase2Handoff from "./templates/worker_phase2_handoff.md" with { type: "text" };
import phase3 from "./templates/worker_phase3.md" with { type: "text" };
import singlePhase from "./templates/worker_single_phase.md" with { type: "text" };

export type TemplateName =
  | "worker"
  | "worker_phase1"
  | "worker_phase2"
  | "worker_phase2_handoff"
  | "worker_phase3"
  | "worker_single_phase"
  | "code_review"
  | "merge_conflicts"
  | "completion_checklist"
  | "phase2_handoff_checklist"
  | "iteration_checklist";

export interface TemplateInfo {
  /** The text used when the repository has none of its own. */
  readonly text: string;
  /** Gets the project-type guidance, at its placeholder or else at the end. */
  readonly projectGuidance: boolean;
  /** A text without these is refused. */
  readonly required: readonly string[];
  /** A text without these cannot do its work and earns a warning. */
  readonly expected: readonly string[];
}

const plain = (text: string, expected: readonly string[] = []): TemplateInfo => ({ text, projectGuidance: false, required: [], expected });

/** The templates a run uses. */
export const TEMPLATES: Readonly<Record<TemplateName, TemplateInfo>> = {
  worker: { text: worker, projectGuidance: true, required: [], expected: [] },
  worker_phase1: plain(phase1, ["BASE_WORKER_PROMPT", "PLAN_PATH"]),
  worker_phase2: plain(phase2, ["BASE_WORKER_PROMPT", "PLAN_TEXT"]),
  worker_phase2_handoff: plain(phase2Handoff, ["BASE_WORKER_PROMPT", "PLAN_TEXT"]),
  worker_phase3: plain(phase3, ["BASE_WORKER_PROMPT"]),
  worker_single_phase: plain(singlePhase, ["BASE_WORKER_PROMPT"]),
  code_review: { text: codeReview, projectGuidance: true, required: ["TASK_ID"], expected: [] },
  merge_conflicts: { text: mergeConflicts, projectGuidance: false, required: ["CONFLICT_FILES"], expected: [] },
  completion_checklist: plain(completionChecklist),
  phase2_handoff_checklist: plain(handoffChecklist),
  iteration_checklist: plain(iterationChecklist),
};
