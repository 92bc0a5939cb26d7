import type { RunStep } from "../session/sidecar.ts";

export interface FinishFacts {
  readonly step: RunStep;
  /** The task is still in the active queue. */
  readonly isActive: boolean;
  /** It was, or is to be, archived as rejected: only the books are committed. */
  readonly isRejected: boolean;
  /** A commit was to be made of the work. */
  readonly wantsCommit: boolean;
  /** `recorded` or found by its message: reachable from HEAD; `gone`: recorded, and HEAD does not hold it. */
  readonly commit: "none" | "reachable" | "gone";
  readonly sameBranch: boolean;
  /** The work is what the gate saw. */
  readonly sameTree: boolean;
}

export type FinishStep =
  /** The run was interrupted before its archive. */
  | "not_reached"
  | "archive"
  /** Archive or commit no longer stand for what is in the tree: the work is gated again before it counts. */
  | "gate_again"
  | "commit"
  /** The commit is there: its proof, where that is still to come, and the push. */
  | "prove"
  | "commit_books"
  /** The task stays archived, and what is in the tree is for a person to look at. */
  | "leave"
  /** Nothing is left but the saved session. */
  | "clear";

/** What a run that was interrupted after its gate still lacks. */
export function decideFinish(facts: FinishFacts): FinishStep {
  const { step, isActive, isRejected } = facts;
  if (step !== "archive" && step !== "publish") return "not_reached";
  if (isActive) return step === "archive" && !isRejected && facts.sameBranch && facts.sameTree ? "archive" : "gate_again";
  if (isRejected) return facts.sameBranch ? "commit_books" : "clear";
  if (!facts.wantsCommit) return "clear";
  if (!facts.sameBranch || facts.commit === "gone") return "leave";
  if (facts.commit === "reachable") return "prove";
  return facts.sameTree ? "commit" : "leave";
}
