import type { RevertMode } from "../options.ts";
import type { NotAsked, Questions, RevertDecision, RevertQuestion } from "./question.ts";

/** Why the changes of a failed task stay in the tree. */
export type Skipped =
  | NotAsked
  | "disabled"
  /** The person wants to keep them. */
  | "kept"
  /** The run was stopped; nobody is asked then. */
  | "interrupted"
  /** Undone afterwards, when the task is given up. */
  | "keep_going";

export type RevertStep =
  | { readonly kind: "ask"; readonly ask: (question: RevertQuestion) => Promise<RevertDecision> }
  | { readonly kind: "revert" }
  | { readonly kind: "skip"; readonly why: Skipped };

export interface RevertFacts {
  readonly mode: RevertMode;
  readonly questions: Questions;
  /** The run goes on with other tasks whatever becomes of this one. */
  readonly keepGoing: boolean;
  readonly interrupted: boolean;
}

/** What comes first when a task failed: a question, or what the revert mode says. */
export function decideRevert({ mode, questions, keepGoing, interrupted }: RevertFacts): RevertStep {
  if (mode === "ask" && questions.ask !== null && !interrupted) return { kind: "ask", ask: questions.ask };
  if (mode === "enabled" && (interrupted || !keepGoing)) return { kind: "revert" };
  if (interrupted) return { kind: "skip", why: mode === "disabled" ? "disabled" : "interrupted" };
  if (keepGoing) return { kind: "skip", why: "keep_going" };
  if (mode === "disabled") return { kind: "skip", why: "disabled" };
  return { kind: "skip", why: questions.ask === null ? questions.why : "kept" };
}

export type AnsweredStep =
  | { readonly kind: "revert" }
  | { readonly kind: "skip"; readonly why: Skipped }
  | { readonly kind: "continue"; readonly message: string }
  | { readonly kind: "proceed" };

/** What follows a person's answer; what was not offered keeps the changes. */
export function decideAfterAnswer(
  answer: RevertDecision,
  { canContinue, canProceed, keepGoing }: Pick<RevertQuestion, "canContinue" | "canProceed" | "keepGoing">,
): AnsweredStep {
  if (answer.kind === "continue" && canContinue && answer.message.trim() !== "") return answer;
  if (answer.kind === "proceed" && canProceed) return answer;
  if (keepGoing) return { kind: "skip", why: "keep_going" };
  return answer.kind === "revert" ? { kind: "revert" } : { kind: "skip", why: "kept" };
}
