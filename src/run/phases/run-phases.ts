import { sha256 } from "../../base/files.ts";
import { readOwnOutcome } from "../completion/outcome.ts";
import type { RunContext } from "../context.ts";
import { passGate } from "../gate/pass.ts";
import type { Job } from "../job.ts";
import type { Conversation } from "../turns/conversation.ts";
import { readPlan, writeResponse } from "./artefacts.ts";
import { openPhase, type Pass } from "./enter.ts";
import { reenterLastPhase, resumePhase } from "./go-on.ts";
import { askAfterPhase, preparePhase } from "./hooked.ts";
import { checkPlanOnly, treeOutsideRuntime } from "./plan-only.ts";
import { type PhaseStep, phasesOf } from "./shape.ts";

/** The phase that a task's work ended in; its `phase_completed` comes after archive and publish. */
export interface LastPhase {
  readonly conversation: Conversation;
  /** The agent recorded that the task should not be done. */
  readonly rejected: boolean;
}

/** Runs all iterations and phases of a task, or those an interrupted one still needs; ends early when the agent rejects it. */
export async function runPhases(context: RunContext, job: Job): Promise<LastPhase> {
  const { iterations, phaseCount } = job.settings;
  const { restart } = job;
  if (restart !== null && (restart.atGate || rejectedBy(context, job))) {
    const conversation = await reenterLastPhase(context, job, restart);
    return { conversation, rejected: rejectedBy(context, job) };
  }
  const steps = phasesOf(phaseCount);
  let last: Conversation | null = null;
  for (let iteration = restart?.iteration ?? 1; iteration <= iterations; iteration += 1) {
    const isFinal = iteration === iterations;
    if (iterations > 1) {
      context.emit({ kind: "message", task_id: job.task.id, message: `Iteration ${iteration} of ${iterations} of ${job.task.id}.` });
    }
    const first = restart?.iteration === iteration ? restart : null;
    for (const step of steps.filter(({ number }) => first === null || number >= first.phase)) {
      const isLast = step === steps.at(-1);
      last = await runPhase(context, job, step, { iteration, interrupted: first?.phase === step.number ? first : null });
      if (rejectedBy(context, job)) return { conversation: last, rejected: true };
      if (isLast && isFinal) break;
      // The last phase of the last iteration is gated when the task is completed.
      if (isLast || (step.role === "handoff" && !isFinal)) {
        const gate = await passGate(context, job, last);
        if (gate.kind === "rejected") return { conversation: last, rejected: true };
        if (step.role === "handoff") keepResponse(context, job, last);
      }
      completed(context, job, last);
    }
    if (!isFinal) job.record.update({ session: { iterations_completed: iteration, current_phase: steps[0]?.number ?? 1 } });
  }
  if (last === null) throw new Error("a task has at least one phase");
  return { conversation: last, rejected: false };
}

/** Tells that a phase ended well. */
export function completed(context: RunContext, job: Job, conversation: Conversation): void {
  const { name } = conversation.phase;
  context.emit({
    kind: "phase_completed",
    task_id: job.task.id,
    phase: name,
    payload: { duration_ms: Math.round(job.tally.durations.get(name) ?? 0) },
  });
}

async function runPhase(context: RunContext, job: Job, step: PhaseStep, pass: Pass): Promise<Conversation> {
  const opened = await openPhase(context, job, step, pass);
  const restart = pass.interrupted;
  const { iteration } = pass;
  const converse = async (): Promise<Conversation> => {
    if (restart?.begun === true) {
      const turn = await resumePhase(context, job, step, { conversation: opened, restart });
      await askAfterPhase(context, job, opened, { iteration, turn });
      return opened;
    }
    const { conversation, prompt } = await preparePhase(context, job, step, { conversation: opened, iteration });
    await askAfterPhase(context, job, conversation, { iteration, turn: await conversation.begin(prompt) });
    return conversation;
  };
  if (step.role === "planning") {
    const outside = await treeOutsideRuntime(context, job);
    const conversation = await converse();
    if (rejectedBy(context, job)) return conversation;
    await checkPlanOnly(context, job, conversation, outside);
    job.record.update({ sidecar: { plan_sha256: sha256(readPlan(context, job.task.id)) } });
    return conversation;
  }
  const conversation = await converse();
  if (step.role === "handoff") keepResponse(context, job, conversation);
  return conversation;
}

/** What the agent said last is what its review gets to read. */
function keepResponse(context: RunContext, job: Job, conversation: Conversation): void {
  const response = writeResponse(context, job.task.id, conversation.finalText);
  job.record.update({ sidecar: { response_sha256: sha256(response) } });
}

function rejectedBy(context: RunContext, job: Job): boolean {
  return readOwnOutcome(context, job.task.id)?.outcome === "rejected";
}
