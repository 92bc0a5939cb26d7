import { git } from "../../../git/run.ts";
import type { HandOff } from "../../../prompts/hand-off.ts";
import type { RunContext } from "../../../run/context.ts";
import type { Job } from "../../../run/job.ts";
import type { Conversation } from "../../../run/turns/conversation.ts";
import type { WorkerSettings } from "../inputs.ts";

/** What bringing finished work onto the target's tip acts with. */
export interface Integration {
  readonly context: RunContext;
  readonly job: Job;
  /** The agent's session of the last phase. */
  readonly conversation: Conversation;
  readonly settings: WorkerSettings;
  /** Short name of the branch the work goes to. */
  readonly target: string;
  /** Resolves when it is this worker's turn to put its work onto the target's tip. */
  awaitTurn(): Promise<void>;
}

/** Where the integration stands, as messages to the agent tell it. */
export interface Standing {
  /** Counts from 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** The commit the work is put onto, once it is known. */
  readonly onto: string | null;
  readonly previousFailure: string | null;
  readonly message: string | null;
}

/** The part of a message that every one has. */
export async function handOffOf({ context, job, target }: Integration, standing: Standing): Promise<HandOff> {
  const { queue } = context.config;
  return {
    ...standing,
    task: job.task,
    target,
    phaseSummary: phaseSummary(job),
    status: context.redact((await git(context, ["--no-optional-locks", "status", "--porcelain"])).stdout),
    books: [queue.file, queue.done_file],
    gate: job.gate.enabled ? job.gate.display : null,
  };
}

function phaseSummary({ task, settings }: Job): string {
  const { phaseCount } = settings;
  const phases =
    phaseCount === 1 ? "its single phase is" : phaseCount === 2 ? "phases 1 and 2 (planning, implementation) are" : "phases 1 to 3 are";
  return `The work on ${task.id} is done: ${phases} completed.`;
}
