import type { RunStep, Sidecar } from "../../session/sidecar.ts";
import type { ResumeDecision } from "../decision.ts";

export interface FinishFacts {
  readonly step: RunStep;
  /** The task is still in the active queue. */
  readonly isActive: boolean;
  /** It was, or is to be, archived as rejected: only the books are committed. */
  readonly isRejected: boolean;
  /** A commit was to be made. */
  readonly wantsCommit: boolean;
  /** `recorded` or found by its message: reachable from HEAD; `gone`: recorded, and HEAD does not hold it. */
  readonly commit: "none" | "reachable" | "gone";
  readonly sameBranch: boolean;
  /** The work is what the gate saw, or what was rejected. */
  readonly sameTree: boolean;
  /** The rejected changes are being taken out of the tree, so that it cannot be the same. */
  readonly isUndoing: boolean;
}

export type FinishStep =
  /** The run was interrupted before its archive. */
  | "not_reached"
  | "archive"
  /** The agent's rejection is archived: its changes are taken out of the tree, then its books are committed. */
  | "reject"
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
  if (isActive && isRejected && step === "archive" && !facts.wantsCommit) return "reject";
  const isAsLeft = facts.sameBranch && (facts.sameTree || (isRejected && facts.isUndoing));
  if (isActive) return step === "archive" && isAsLeft ? (isRejected ? "reject" : "archive") : "gate_again";
  if (!facts.wantsCommit) return "clear";
  if (isRejected) return facts.sameBranch ? "commit_books" : "clear";
  if (!facts.sameBranch || facts.commit === "gone") return "leave";
  if (facts.commit === "reachable") return "prove";
  return facts.sameTree ? "commit" : "leave";
}

/**
 * What a start does first about such a run, as far as that is known without looking at the tree; null when the
 * saved session alone decides.
 */
export function previewFinish(sidecar: Sidecar, task: { readonly isActive: boolean; readonly isRejected: boolean }): ResumeDecision | null {
  const { isActive, isRejected } = task;
  const { step, evidence, commit, message: toCommit } = sidecar;
  if (step !== "archive" && step !== "publish") return null;
  if (isActive && (step === "publish" || (evidence === undefined && !isRejected))) return null;
  const { id } = sidecar.task_before.task;
  const left = isActive
    ? `is to be archived${isRejected ? " as its agent rejected it" : ""}`
    : commit !== undefined || toCommit === undefined
      ? "is archived"
      : "is archived, not committed";
  return {
    status: "resuming_same_session",
    scope: "run_session",
    reason: "session_valid",
    task_id: id,
    message: `Resume: ${id} ${evidence === undefined ? "" : "passed its gate and "}${left}; a start finishes that first.`,
    detail:
      isActive && isRejected
        ? "Where the tree was changed since, its session decides."
        : isActive
          ? "Where the tree is no longer what the gate saw, it is gated again."
          : "Where the checkout is no longer what the gate saw, nothing is committed, and a warning says so.",
  };
}
