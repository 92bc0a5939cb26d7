import { CueLoopError, messageOf } from "../../base/errors.ts";
import type { TurnOutcome } from "../../runners/turn.ts";
import type { RunContext } from "../context.ts";
import { againHint, agentFailed, interrupted, interruptedAfterUndo, turnLimit } from "../errors.ts";
import type { PhaseName } from "../events.ts";
import type { Job } from "../job.ts";
import type { Ending } from "../undo/ending.ts";
import type { RevertSite } from "../undo/question.ts";
import { settleFailure } from "../undo/settle.ts";
import { saveDumps } from "./dumps.ts";

export interface FailedPhase {
  readonly name: PhaseName;
  readonly settings: { readonly runner: { readonly id: string } };
}

/** The work of a review's agent is that of the phases before it: its failure undoes nothing. */
const KEEPS_WORK: PhaseName = "review";

/** After an agent's turn that ended badly: the message a person has for the agent. Errors: `run.agent_failed`, `run.user_revert`. */
export async function settleTurn(
  context: RunContext,
  job: Job,
  phase: FailedPhase,
  { outcome, note }: { readonly outcome: TurnOutcome; readonly note: string | null },
): Promise<string> {
  const dumps = saveDumps(context, outcome);
  const failure = {
    taskId: job.task.id,
    phase: phase.name,
    runner: phase.settings.runner.id,
    outcome,
    notes: note === null ? [] : [note],
    dumps,
  };
  if (phase.name === KEEPS_WORK) throw agentFailed({ ...failure, ending: null });
  const settled = await settleFailure(context, job, {
    site: siteOf(job, phase),
    preface: `${failure.runner} failed: ${outcome.message}`,
    canContinue: outcome.kind === "failed" || outcome.kind === "signaled",
  });
  if (settled.kind === "continue") return settled.message;
  throw agentFailed({ ...failure, ending: settled.kind === "end" ? settled.ending : null });
}

/** The failure of a task whose agent has no turn left. */
export async function turnLimitReached(context: RunContext, job: Job, phase: FailedPhase): Promise<Error> {
  const { max } = job.turns;
  if (phase.name === KEEPS_WORK) return turnLimit(job.task.id, max, null);
  const preface = `${job.task.id} has used its ${max} agent turns.`;
  const settled = await settleFailure(context, job, { site: siteOf(job, phase), preface });
  return turnLimit(job.task.id, max, settled.kind === "end" ? settled.ending : null);
}

/** The end of a turn that was stopped: nobody is asked then. */
export async function interruptedTurn(context: RunContext, job: Job, phase: FailedPhase): Promise<Error> {
  if (phase.name === KEEPS_WORK) return interrupted(job.task.id);
  const settled = await settleFailure(context, job, { site: siteOf(job, phase), preface: "", interrupted: true });
  if (settled.kind !== "end" || settled.ending.outcome.kind === "kept") return interrupted(job.task.id);
  return interruptedAfterUndo(job.task.id, settled.ending);
}

/** What a hook that failed in a phase leaves: as a failure of the agent does. Gives the error `run.hook_failed`, or that of an interrupt. */
export async function hookFailure(context: RunContext, job: Job, phase: FailedPhase, error: unknown): Promise<Error> {
  if (context.signal.aborted) return interruptedTurn(context, job, phase);
  const told = messageOf(error);
  const failed = (ending: Ending | null) =>
    new CueLoopError("run.hook_failed", {
      message: ending === null ? told : `${told}\n${ending.statement}`,
      hint: ending?.hint ?? againHint(job.task.id),
      where: { ...(error instanceof CueLoopError ? error.where : {}), taskId: job.task.id },
    });
  if (phase.name === KEEPS_WORK) return failed(null);
  const settled = await settleFailure(context, job, { site: siteOf(job, phase), preface: told });
  return failed(settled.kind === "end" ? settled.ending : null);
}

function siteOf(job: Job, phase: FailedPhase): RevertSite {
  return job.settings.phaseCount === 1 ? "single_pass" : phase.name;
}
