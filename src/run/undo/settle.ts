import type { RunContext } from "../context.ts";
import type { Job } from "../job.ts";
import { decideAfterAnswer, decideRevert } from "./decide.ts";
import { type Ending, endingOf } from "./ending.ts";
import type { RevertQuestion } from "./question.ts";
import { undoTask } from "./undo-task.ts";

export interface Failure extends Pick<RevertQuestion, "site" | "preface"> {
  /** Default false. */
  readonly canContinue?: boolean;
  /** Default false. */
  readonly canProceed?: boolean;
  /** The run is being stopped. Default false. */
  readonly interrupted?: boolean;
}

export type Settled =
  /** The agent gets the message and goes on. */
  | { readonly kind: "continue"; readonly message: string }
  /** The run goes on as if nothing had happened. */
  | { readonly kind: "proceed" }
  /** The attempt is over. */
  | { readonly kind: "end"; readonly ending: Ending };

/**
 * What becomes of a task's changes where something failed: asks, undoes or leaves them, as the revert mode says.
 * An undo that fails is part of the ending, so that what had failed first is still told.
 */
export async function settleFailure(context: RunContext, job: Job, failure: Failure): Promise<Settled> {
  const { site, preface, canContinue = false, canProceed = false, interrupted = context.signal.aborted } = failure;
  const keepGoing = job.run.keepGoing === true;
  const mode = job.run.revertMode ?? context.config.agent.git_revert_mode;
  const taskId = job.task.id;
  const first = decideRevert({ mode, questions: context.questions, keepGoing, interrupted });
  if (first.kind === "revert") return { kind: "end", ending: await undone(context, job, "mode") };
  if (first.kind === "skip") return { kind: "end", ending: endingOf(taskId, { kind: "kept", why: first.why }) };
  const question = { taskId, site, preface: context.redact(preface), canContinue, canProceed, keepGoing };
  const answer = await first.ask(question);
  if (context.signal.aborted) return { kind: "end", ending: endingOf(taskId, { kind: "kept", why: "interrupted" }) };
  const next = decideAfterAnswer(answer, question);
  switch (next.kind) {
    case "continue":
      context.emit({ kind: "message", task_id: taskId, message: "Continue requested: your message goes to the agent." });
      return next;
    case "proceed":
      context.emit({ kind: "warning", task_id: taskId, message: "Proceed requested: the run goes on with these changes." });
      return next;
    case "skip":
      return { kind: "end", ending: endingOf(taskId, { kind: "kept", why: next.why }) };
    case "revert":
      return { kind: "end", ending: await undone(context, job, "person") };
  }
}

async function undone(context: RunContext, job: Job, by: "mode" | "person"): Promise<Ending> {
  try {
    return endingOf(job.task.id, { kind: "undone", by, undone: await undoTask(context, job) });
  } catch (error) {
    return endingOf(job.task.id, { kind: "failed", error, begun: job.record.sidecar.undoing !== undefined });
  }
}
