import type { RunContext } from "../../run/context.ts";
import type { Job } from "../../run/job.ts";
import { promptAgain } from "../../run/phases/hooked.ts";
import { phasesOf } from "../../run/phases/shape.ts";
import { settingsInIteration } from "../../run/settings/follow-up.ts";
import { Conversation } from "../../run/turns/conversation.ts";
import type { AgentSession } from "../files/result-file.ts";

/** The conversation of a task's last phase, taken up again by a worker that was started only to integrate. */
export function lastConversation(context: RunContext, job: Job, session: AgentSession | null): Conversation {
  const step = phasesOf(job.settings.phaseCount).at(-1);
  if (step === undefined) throw new Error("a task has at least one phase");
  const { iterations } = job.settings;
  const settings = settingsInIteration(job.settings, step.number, iterations);
  const conversation = new Conversation(context, job, { number: step.number, name: step.name, settings, tree: job.startTree });
  const own = session?.runner === settings.runner.id ? session.session_id : null;
  conversation.adopt(own, promptAgain(context, job, step, { conversation, iteration: iterations }));
  return conversation;
}
