import { isCueLoopError } from "../../base/errors.ts";
import type { TurnOutcome } from "../../runners/turn.ts";
import type { RunContext } from "../context.ts";
import { interrupted } from "../errors.ts";
import type { PhaseChange } from "../hooks.ts";
import type { Job } from "../job.ts";
import { settingsInIteration } from "../settings/follow-up.ts";
import type { PhaseSettings } from "../settings/phase-settings.ts";
import { resolveTaskSettings } from "../settings/task-settings.ts";
import { requireProgram } from "../start/programs.ts";
import { Conversation } from "../turns/conversation.ts";
import { hookFailure } from "../turns/settle-turn.ts";
import { phasePrompt } from "./prompt.ts";
import type { PhaseStep } from "./shape.ts";

/** Messages of `afterPhase` to one session of a phase. */
const MOST_MESSAGES = 3;
const SIGNAL_MS = 20;

/** A phase whose session begins: with the settings, and the prompt, that its agent gets. */
export interface Prepared {
  readonly conversation: Conversation;
  readonly prompt: string;
}

/** Renders the prompt of a phase and lets the hook `beforePhase` change it and the phase's settings. Errors: those of `hookFailure`. */
export async function preparePhase(
  context: RunContext,
  job: Job,
  step: PhaseStep,
  phase: Omit<Prepared, "prompt"> & { readonly iteration: number },
): Promise<Prepared> {
  const { conversation, iteration } = phase;
  let prompt: string;
  try {
    prompt = phasePrompt(context, job, step, iteration);
  } catch (error) {
    if (!isCueLoopError(error, "prompts.function_failed")) throw error;
    // A Ctrl-C that ended it is heard only when this thread waits for something.
    await context.clock.sleep(SIGNAL_MS, context.signal).catch(() => undefined);
    throw context.signal.aborted ? interrupted(job.task.id) : await hookFailure(context, job, conversation.phase, error);
  }
  if (!context.hooks.has("beforePhase")) return { conversation, prompt };
  try {
    const change = await askBeforePhase(context, job, step, { conversation, prompt, iteration });
    if (change.settings === null) return { conversation, prompt: change.prompt };
    const settings = changedSettings(context, job, step, { iteration, change: change.settings });
    announce(context, job, step, settings);
    return { conversation: new Conversation(context, job, { ...conversation.phase, settings }), prompt: change.prompt };
  } catch (error) {
    throw await hookFailure(context, job, conversation.phase, error);
  }
}

/** The same for a session that should it be lost begins afresh: its settings stay. */
export function promptAgain(
  context: RunContext,
  job: Job,
  step: PhaseStep,
  phase: Parameters<typeof preparePhase>[3],
): () => Promise<string> {
  return async () => (await preparePhase(context, job, step, phase)).prompt;
}

function askBeforePhase(
  context: RunContext,
  job: Job,
  step: PhaseStep,
  { conversation, prompt, iteration }: Prepared & { readonly iteration: number },
): Promise<PhaseChange> {
  const { runner, model, effort } = conversation.phase.settings;
  return context.hooks.beforePhase({ task: job.task, phase: step.name, iteration, prompt, settings: { runner: runner.id, model, effort } });
}

function changedSettings(
  context: RunContext,
  job: Job,
  step: PhaseStep,
  { iteration, change }: { readonly iteration: number; readonly change: NonNullable<PhaseChange["settings"]> },
): PhaseSettings {
  const { task, run, plugins } = job;
  const resolved = resolveTaskSettings(context, { task, run, plugins, hook: { ...job.hookSettings, ...change } });
  const settings = change.effort === undefined ? settingsInIteration(resolved, step.number, iteration) : resolved.phases[step.number];
  requireProgram(context, settings.runner);
  return settings;
}

function announce(context: RunContext, job: Job, step: PhaseStep, { runner, model, effort }: PhaseSettings): void {
  const what = [runner.id, model, ...(effort === null ? [] : [effort])].join(" ");
  const message = `The hook beforePhase has the ${step.name} worked by ${what}.`;
  context.emit({ kind: "message", task_id: job.task.id, phase: step.name, message });
}

/** Shows the hook `afterPhase` what came of a phase, and sends the agent what it answers. Errors: those of `hookFailure` and of a turn. */
export async function askAfterPhase(
  context: RunContext,
  job: Job,
  conversation: Conversation,
  { iteration, turn }: { readonly iteration: number; readonly turn: TurnOutcome },
): Promise<void> {
  if (!context.hooks.has("afterPhase")) return;
  let last = turn;
  for (let sent = 0; ; sent += 1) {
    const { finalText, sessionId, exitCode } = last;
    const result = { finalText, sessionId, exitCode, usage: conversation.lastUsage };
    const end = { task: job.task, phase: conversation.phase.name, iteration, result };
    const message = await context.hooks.afterPhase(end).catch(async (error: unknown) => {
      throw await hookFailure(context, job, conversation.phase, error);
    });
    if (message === null) return;
    if (sent === MOST_MESSAGES) {
      const text = `The hook afterPhase wants to go on once more; after ${MOST_MESSAGES} messages the ${end.phase} counts as it is.`;
      context.emit({ kind: "warning", task_id: job.task.id, phase: end.phase, message: text });
      return;
    }
    last = await conversation.continueWith(message);
  }
}
