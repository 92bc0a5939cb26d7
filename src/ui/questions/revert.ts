import type { RevertDecision, RevertQuestion, RevertSite } from "../../run/undo/question.ts";
import { sanitise } from "../sanitise.ts";

const SITES: Record<RevertSite, string> = {
  phase1_plan_only: "planning changed files",
  task_inconsistency: "the task's record does not fit its place",
  ci_failure: "the gate fails",
  ci_escalation: "the same failure of the gate comes again and again",
  planning: "the agent failed while planning",
  implementation: "the agent failed in the implementation",
  review: "the agent failed in the review",
  single_pass: "the agent failed",
};

/** The question as it is shown: what happened, then the answers. */
export function revertQuestionText(question: RevertQuestion): string {
  const { taskId, site, preface, keepGoing, canContinue, canProceed } = question;
  const choices = [
    keepGoing ? "1  Give the task up: undo its changes, take the next task (Enter)" : "1  Keep its changes in the tree (Enter)",
    ...(keepGoing ? [] : ["2  Undo its changes; a ref keeps them"]),
    ...(canContinue ? ["3  Send the agent a message and go on; any other text is taken as one"] : []),
    ...(canProceed ? ["4  Proceed with the changes as they are"] : []),
  ];
  const head = preface.trim() === "" ? [] : [sanitise(preface.trim())];
  return [...head, "", `${taskId}: ${SITES[site]}. What now?`, ...choices.map((choice) => `  ${choice}`)].join("\n");
}

/** What a typed line says; `message`: the message itself is to be typed. What is not offered counts as keeping. */
export function readRevertAnswer(line: string, { canContinue, canProceed }: RevertQuestion): RevertDecision | { readonly kind: "message" } {
  const text = line.trim();
  switch (text.toLowerCase()) {
    case "":
    case "1":
    case "k":
    case "keep":
      return { kind: "keep" };
    case "2":
    case "r":
    case "revert":
      return { kind: "revert" };
    case "3":
      return canContinue ? { kind: "message" } : { kind: "keep" };
    case "4":
      if (canProceed) return { kind: "proceed" };
  }
  return canContinue ? { kind: "continue", message: text } : { kind: "keep" };
}

/** The typed message; a blank one keeps the changes. */
export function readRevertMessage(line: string): RevertDecision {
  const message = line.trim();
  return message === "" ? { kind: "keep" } : { kind: "continue", message };
}
