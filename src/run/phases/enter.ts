import { updateRef } from "../../git/refs/refs.ts";
import type { RunContext } from "../context.ts";
import type { Job } from "../job.ts";
import { taskRef } from "../refs.ts";
import type { Restart } from "../resume/restart.ts";
import { settingsInIteration } from "../settings/follow-up.ts";
import { captureWork } from "../trees.ts";
import { Conversation } from "../turns/conversation.ts";
import type { PhaseStep } from "./shape.ts";

export interface Pass {
  readonly iteration: number;
  /** The phase goes on where an earlier run was interrupted. */
  readonly interrupted: Restart | null;
}

/** Records and announces a phase, and opens the conversation its turns belong to. */
export async function openPhase(context: RunContext, job: Job, step: PhaseStep, pass: Pass): Promise<Conversation> {
  const tree = await enterPhase(context, job, step, pass);
  const settings = settingsInIteration(job.settings, step.number, pass.iteration);
  return new Conversation(context, job, { number: step.number, name: step.name, settings, tree });
}

/** Returns the tree the next turn starts from. */
async function enterPhase(context: RunContext, job: Job, step: PhaseStep, pass: Pass): Promise<string> {
  const { sidecar } = job.record;
  const isFirst = step.number === 1 || step.role === "single";
  // What the task started from was captured a moment ago, and no agent has worked since.
  const tree = isFirst && pass.iteration === 1 ? job.startTree : await captureWork(context, job);
  const goesOn = pass.interrupted?.begun === true;
  const start = goesOn && sidecar.phase_tree !== null ? sidecar.phase_tree : tree;
  if (!isFirst && start === tree) await updateRef(context, taskRef(job.task.id, `phase/${step.number}`), tree);
  // Saved with the first turn, or with the gate: until then nothing of the phase has happened.
  job.record.note({
    session: { current_phase: step.number },
    sidecar: {
      step: pass.interrupted?.atGate === true ? "gate" : step.name,
      phase: step.number,
      iteration: pass.iteration,
      phase_tree: start,
      agent_session: goesOn ? sidecar.agent_session : null,
      // What an earlier iteration left counts no longer.
      ...(step.number === 1 && !goesOn ? { plan_sha256: null } : {}),
      ...(step.role === "handoff" && !goesOn ? { response_sha256: null } : {}),
    },
  });
  announcePhase(context, job, step, pass.iteration);
  return tree;
}

function announcePhase(context: RunContext, job: Job, step: PhaseStep, iteration: number): void {
  const { runner, model, effort } = settingsInIteration(job.settings, step.number, iteration);
  context.emit({
    kind: "phase_entered",
    task_id: job.task.id,
    phase: step.name,
    payload: {
      number: step.number,
      count: job.settings.phaseCount,
      iteration,
      iterations: job.settings.iterations,
      runner: runner.id,
      model,
      ...(effort === null ? {} : { effort }),
    },
  });
}
