import type { RunEventOf } from "../events.ts";

/** How a message reached the agent: in its own session, or in a fresh one with the whole prompt. */
export type Continuation = "resumed" | "session_unknown" | "no_session";

/** The event that tells how a message reached the agent. */
export function continueDecision(taskId: string, how: Continuation): RunEventOf<"resume_decision"> {
  const resumed = how === "resumed";
  const message = resumed
    ? `Resume: the agent session of ${taskId} was continued.`
    : `Resume: a fresh agent session was started for ${taskId}, with the whole prompt.`;
  return {
    kind: "resume_decision",
    task_id: taskId,
    message,
    payload: {
      status: resumed ? "resuming_same_session" : "falling_back_to_fresh_invocation",
      scope: "continue_session",
      reason: { resumed: "session_valid", session_unknown: "runner_session_invalid", no_session: "missing_runner_session_id" }[how],
      task_id: taskId,
      message,
      detail: {
        resumed: "",
        session_unknown: "The agent does not know the session any more.",
        no_session: "The agent has no session that could be continued.",
      }[how],
    },
  };
}
