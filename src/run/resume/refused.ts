import { CueLoopError } from "../../base/errors.ts";
import type { ResumeDecision } from "./decision.ts";

/** A run that does not begin before a person has said what becomes of an interrupted task. */
export class ResumeRefusedError extends CueLoopError {
  readonly decision: ResumeDecision;

  constructor(decision: ResumeDecision) {
    super("run.resume_refused", {
      message: decision.message,
      hint: decision.detail,
      ...(decision.task_id === undefined ? {} : { where: { taskId: decision.task_id } }),
    });
    this.decision = decision;
  }
}

/** A remark for the agent of an interrupted task, where none is interrupted. */
export function nothingToResume(): CueLoopError {
  return new CueLoopError("run.nothing_to_resume", {
    message: "There is no interrupted task that the message could go to; nothing was started.",
    hint: "`cueloop run one --id TASK_ID --message TEXT` starts a task with a message.",
  });
}
