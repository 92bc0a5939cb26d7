import { sha256 } from "../../base/files.ts";
import { updateRef } from "../../git/refs.ts";
import { readOwnOutcome } from "../completion/outcome.ts";
import type { RunContext } from "../context.ts";
import { passGate } from "../gate/pass.ts";
import type { Job } from "../job.ts";
import { taskRef } from "../refs.ts";
import type { PhaseSettings } from "../settings/phase-settings.ts";
import { captureWork } from "../trees.ts";
import { Conversation } from "../turns/conversation.ts";
import { readPlan, writeResponse } from "./artefacts.ts";
import { checkPlanOnly, treeOutsideRuntime } from "./plan-only.ts";
import { phasePrompt } from "./prompt.ts";
import { type PhaseStep, phasesOf } from "./shape.ts";

/** The phase that a task's work ended in; its `phase_completed` comes after archive and publish. */
export interface LastPhase {
  readonly conversation: Conversation;
  /** The agent recorded that the task should not be done. */
  readonly rejected: boolean;
}

/** Runs all iterations and phases of a task; ends early when the agent rejects it. */
export async function runPhases(context: RunContext, job: Job): Promise<LastPhase> {
  const { iterations, phaseCount } = job.settings;
  const steps = phasesOf(phaseCount);
  let last: Conversation | null = null;
  for (let iteration = 1; iteration <= iterations; iteration += 1) {
    const isFinal = iteration === iterations;
    if (iterations > 1) {
      context.emit({ kind: "message", task_id: job.task.id, message: `Iteration ${iteration} of ${iterations} of ${job.task.id}.` });
    }
    for (const step of steps) {
      const isLast = step === steps.at(-1);
      last = await runPhase(context, job, step, { iteration, isFinal });
      if (rejectedBy(context, job)) return { conversation: last, rejected: true };
      if (isLast && isFinal) break;
      if (isLast) {
        const gate = await passGate(context, job, last);
        if (gate.kind === "rejected") return { conversation: last, rejected: true };
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

interface Pass {
  readonly iteration: number;
  readonly isFinal: boolean;
}

async function runPhase(context: RunContext, job: Job, step: PhaseStep, pass: Pass): Promise<Conversation> {
  const tree = await enterPhase(context, job, step, pass);
  const conversation = new Conversation(context, job, {
    number: step.number,
    name: step.name,
    settings: settingsOf(job, step, pass.iteration),
    tree,
  });
  const prompt = phasePrompt(context, job, step, pass.iteration);
  if (step.role === "planning") {
    const outside = await treeOutsideRuntime(context, job);
    await conversation.begin(prompt);
    if (rejectedBy(context, job)) return conversation;
    await checkPlanOnly(context, job, outside);
    job.record.update({ sidecar: { plan_sha256: sha256(readPlan(context, job.task.id)) } });
    return conversation;
  }
  const outcome = await conversation.begin(prompt);
  if (step.role === "handoff") {
    const response = writeResponse(context, job.task.id, outcome.finalText);
    job.record.update({ sidecar: { response_sha256: sha256(response) } });
  }
  return conversation;
}

/** Records and announces a phase; returns the tree it starts from. */
async function enterPhase(context: RunContext, job: Job, step: PhaseStep, pass: Pass): Promise<string> {
  const isFirst = step.number === 1 || step.role === "single";
  // What the task started from was captured a moment ago, and no agent has worked since.
  const tree = isFirst && pass.iteration === 1 ? job.startTree : await captureWork(context, job);
  if (!isFirst) await updateRef(context, taskRef(job.task.id, `phase/${step.number}`), tree);
  job.record.update({
    session: { current_phase: step.number },
    sidecar: { step: step.name, phase: step.number, iteration: pass.iteration, phase_tree: tree, agent_session: null },
  });
  const { runner, model, effort } = settingsOf(job, step, pass.iteration);
  context.emit({
    kind: "phase_entered",
    task_id: job.task.id,
    phase: step.name,
    payload: {
      number: step.number,
      count: job.settings.phaseCount,
      iteration: pass.iteration,
      iterations: job.settings.iterations,
      runner: runner.id,
      model,
      ...(effort === null ? {} : { effort }),
    },
  });
  return tree;
}

/** A later iteration may be worked with an effort of its own. */
function settingsOf(job: Job, step: PhaseStep, iteration: number): PhaseSettings {
  const settings = job.settings.phases[step.number];
  const { followupEffort } = job.settings;
  if (iteration === 1 || followupEffort === null || !settings.runner.supportsEffort) return settings;
  return { ...settings, effort: followupEffort };
}

function rejectedBy(context: RunContext, job: Job): boolean {
  return readOwnOutcome(context, job.task.id)?.outcome === "rejected";
}
