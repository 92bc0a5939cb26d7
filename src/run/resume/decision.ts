import * as v from "valibot";
import type { BlockingState } from "../../queue/blocking.ts";

export const ResumeStatus = v.picklist(["resuming_same_session", "falling_back_to_fresh_invocation", "refusing_to_resume"]);
export type ResumeStatus = v.InferOutput<typeof ResumeStatus>;

export const ResumeScope = v.picklist(["run_session", "continue_session"]);
export type ResumeScope = v.InferOutput<typeof ResumeScope>;

export const ResumeReason = v.picklist([
  "no_session",
  "session_valid",
  "session_timed_out_confirmed",
  "session_stale",
  "session_declined",
  "resume_confirmation_required",
  "session_timed_out_requires_confirmation",
  "explicit_task_selection_overrides_session",
  "resume_target_missing",
  "resume_target_terminal",
  "runner_session_invalid",
  "missing_runner_session_id",
  "session_cache_corrupt",
]);
export type ResumeReason = v.InferOutput<typeof ResumeReason>;

/** What becomes of interrupted work, and why; published as it stands. */
export const ResumeDecision = v.strictObject({
  status: ResumeStatus,
  scope: ResumeScope,
  reason: ResumeReason,
  task_id: v.exactOptional(v.string()),
  /** One line. */
  message: v.string(),
  /** The evidence: phase, counts, ages, paths, the next step. */
  detail: v.string(),
});
export type ResumeDecision = v.InferOutput<typeof ResumeDecision>;

const RECOVERY_REASONS: ReadonlySet<ResumeReason> = new Set([
  "runner_session_invalid",
  "missing_runner_session_id",
  "resume_confirmation_required",
  "session_timed_out_requires_confirmation",
  "session_cache_corrupt",
]);

/** The blocking state a refusal stands for; null for every other decision. */
export function blockingState(decision: ResumeDecision, observedAt: string): BlockingState | null {
  if (decision.status !== "refusing_to_resume" || !RECOVERY_REASONS.has(decision.reason)) return null;
  const task = decision.task_id === undefined ? {} : { task_id: decision.task_id };
  return {
    status: "stalled",
    reason: { kind: "runner_recovery", scope: decision.scope, reason: decision.reason, ...task },
    ...task,
    message: decision.message,
    detail: decision.detail,
    observed_at: observedAt,
  };
}
