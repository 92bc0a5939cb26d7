import { begunBeforeMessage, interruptedMessage } from "../../prompts/continue-messages.ts";
import type { TurnOutcome } from "../../runners/turn.ts";
import type { RunContext } from "../context.ts";
import type { Job } from "../job.ts";
import type { Restart } from "../resume/restart.ts";
import type { Conversation } from "../turns/conversation.ts";
import { openPhase } from "./enter.ts";
import { promptAgain } from "./hooked.ts";
import { type PhaseStep, phasesOf } from "./shape.ts";

/**
 * The phase in which an interrupted task's work had come to its end before, so that what is next is its gate; a
 * remark of the person's still reaches the agent.
 */
export async function reenterLastPhase(context: RunContext, job: Job, restart: Restart): Promise<Conversation> {
  const step = phasesOf(job.settings.phaseCount).find(({ number }) => number === restart.phase);
  if (step === undefined) throw new Error("a restart is in a phase of its shape");
  const conversation = await openPhase(context, job, step, { iteration: restart.iteration, interrupted: restart });
  conversation.adopt(restart.agentSession, promptAgain(context, job, step, { conversation, iteration: restart.iteration }));
  if (restart.atGate) {
    const message = `The ${step.name} had come to its end; what is next is the end of the task.`;
    context.emit({ kind: "message", task_id: job.task.id, phase: step.name, message });
  }
  const remark = takeRemark(job);
  if (remark !== null && restart.atGate) await conversation.continueWith(interruptedMessage(remark));
  return conversation;
}

/** The first turn of an interrupted phase: in the agent's own session, or else with the whole prompt. */
export async function resumePhase(
  context: RunContext,
  job: Job,
  step: PhaseStep,
  phase: { readonly conversation: Conversation; readonly restart: Restart },
): Promise<TurnOutcome> {
  const { conversation, restart } = phase;
  const render = promptAgain(context, job, step, { conversation, iteration: restart.iteration });
  conversation.adopt(restart.agentSession, render);
  if (conversation.canGoOn) return conversation.continueWith(interruptedMessage(takeRemark(job)));
  context.emit({
    kind: "message",
    task_id: job.task.id,
    phase: step.name,
    message: "There is no agent session to continue, so a fresh one gets the whole prompt.",
  });
  // The remark is part of the prompt then.
  const prompt = await render();
  conversation.adopt(null, () => prompt);
  return conversation.continueWith(begunBeforeMessage());
}

/** The person's remark, which is said once. */
function takeRemark(job: Job): string | null {
  const { message } = job;
  job.message = null;
  return message;
}
