import { CueLoopError } from "../../base/errors.ts";
import type { ResolvedAgent } from "../../config/resolved.ts";
import type { Task } from "../../queue/task.ts";
import type { PluginSet } from "../../runners/plugins/discovery.ts";
import { findRunner } from "../../runners/registry.ts";
import type { ResolvedRunner } from "../../runners/resolve.ts";
import { type Effort, parseEffort } from "../../runners/settings/effort.ts";
import { checkEffort, checkModel, defaultModel, normaliseModel, parseModel } from "../../runners/settings/models.ts";
import { checkRunnerOptions, parseOptionFlags, type RunnerOptions, resolveRunnerOptions } from "../../runners/settings/options.ts";
import type { RunContext } from "../context.ts";
import type { HookSettings } from "../hooks.ts";
import type { PhaseNumber, RunSettings } from "../options.ts";
import { phasesOf } from "../phases/shape.ts";
import { type ChoiceLayers, type Chosen, choosePhase } from "./choose.ts";
import { hookedLayer } from "./hook-layer.ts";
import { configLayer, taskLayer } from "./layers.ts";
import type { PhaseSettings, RetryPolicy } from "./phase-settings.ts";

/** How one task is worked; resolved for all three phases, also those that do not run. */
export interface TaskSettings {
  readonly phaseCount: PhaseNumber;
  readonly iterations: number;
  /** By phase number; a single pass uses the second. */
  readonly phases: Readonly<Record<PhaseNumber, PhaseSettings>>;
  /** Reasoning effort of iterations after the first, where it is set. */
  readonly followupEffort: Effort | null;
  /** For the person, one line each. */
  readonly warnings: readonly string[];
}

export interface SettingsInput {
  readonly task: Task;
  readonly run: RunSettings;
  readonly plugins: PluginSet;
  /** What hooks want for this task; left out: nothing. */
  readonly hook?: HookSettings | null;
}

type SettingsContext = Pick<RunContext, "config" | "env" | "provenance" | "code">;

const PHASES = [1, 2, 3] as const;

/** Resolves phases, iterations, runner, model, effort and options of a task. Errors name the phase and the value. */
export function resolveTaskSettings(context: SettingsContext, input: SettingsInput): TaskSettings {
  const { agent } = context.config;
  const taskAgent = input.task.agent;
  const phaseCount = phaseNumber(input.run.phaseCount ?? input.hook?.phases ?? taskAgent?.phases ?? agent.phases, input.task.id);
  const iterations = taskAgent?.iterations ?? agent.iterations;
  if (iterations < 1) throw badSetting(input.task.id, "agent.iterations", iterations, "1 or more");
  const followup = taskAgent?.followup_reasoning_effort ?? agent.followup_reasoning_effort;
  const layers = { cli: input.run.agent, task: taskLayer(taskAgent), config: configLayer(agent, context.provenance) };
  const warnings: string[] = [];
  const hooked = { ...layers, task: hookedLayer(layers.task, input.hook ?? null, layers.cli) };
  const phase = (number: PhaseNumber) => resolvePhase(context, input, number, hooked, warnings);
  const phases = { 1: phase(1), 2: phase(2), 3: phase(3) };
  warnings.push(...unusedOverrides(phaseCount, layers));
  if (iterations > 1 && followup !== null) warnings.push(...withoutEffort(phaseCount, phases, followup));
  return {
    phaseCount,
    iterations,
    phases,
    followupEffort: followup === null ? null : parseEffort(followup),
    warnings: [...new Set(warnings)],
  };
}

/** Agents that work a later iteration, but take no reasoning effort. */
function withoutEffort(phaseCount: PhaseNumber, phases: TaskSettings["phases"], effort: string): string[] {
  const runners = phasesOf(phaseCount).map(({ number }) => phases[number].runner);
  const ids = [...new Set(runners.filter((runner) => !runner.supportsEffort).map((runner) => runner.id))];
  return ids.map((id) => `The reasoning effort ${effort} of later iterations does not reach ${id}, which takes none.`);
}

function resolvePhase(
  context: SettingsContext,
  input: SettingsInput,
  number: PhaseNumber,
  layers: ChoiceLayers,
  warnings: string[],
): PhaseSettings {
  const chosen = choosePhase(number, layers);
  try {
    const runner = findRunner(context, chosen.runner, input.plugins);
    const options = resolveRunnerOptions(
      runner.id,
      context.config.agent.runner_cli,
      input.task.agent?.runner_cli ?? null,
      parseOptionFlags(input.run.agent.runnerOptions ?? {}),
    );
    warnings.push(...checkRunnerOptions(runner, options));
    const model = modelOf(runner, chosen, options, warnings);
    const effort = chosen.effort === null || !runner.supportsEffort ? null : parseEffort(chosen.effort);
    const effortDoubt = effort === null ? null : checkEffort(runner, effort, options.unsupported_option_policy);
    if (effortDoubt !== null) warnings.push(effortDoubt);
    if (effort === "xhigh") warnings.push(`Reasoning effort xhigh (${runner.id}) costs much more than high.`);
    return { runner, model, effort, options, retry: retryPolicy(context.config.agent.runner_retry) };
  } catch (error) {
    if (!(error instanceof CueLoopError)) throw error;
    throw new CueLoopError(error.code, {
      message: `Phase ${number} of ${input.task.id} cannot be run: ${error.message}${askedByHook(input.hook ?? null, chosen)}`,
      where: { ...error.where, taskId: input.task.id },
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error.cause,
    });
  }
}

/** Where to look for what cannot be had: no file and no flag says it. */
function askedByHook(hook: HookSettings | null, chosen: Chosen): string {
  const asked = (["runner", "model", "effort"] as const).filter((key) => hook?.[key] !== undefined && hook[key] === chosen[key]);
  if (asked.length === 0) return "";
  return ` A hook of cueloop.config.ts asked for ${asked.map((key) => `${key} ${chosen[key]}`).join(", ")}.`;
}

function modelOf(runner: ResolvedRunner, chosen: Chosen, options: RunnerOptions, warnings: string[]): string {
  if (chosen.model === null) return defaultModel(runner);
  const normalised =
    chosen.modelFrom === "cli" ? { model: parseModel(chosen.model), replaced: null } : normaliseModel(runner, chosen.model);
  if (normalised.replaced !== null) warnings.push(`${normalised.replaced} is not a model of ${runner.id}; ${normalised.model} is used.`);
  const doubt = checkModel(runner, normalised.model, options.unsupported_option_policy);
  if (doubt !== null) warnings.push(doubt);
  return normalised.model;
}

function retryPolicy(config: ResolvedAgent["runner_retry"]): RetryPolicy {
  return {
    maxAttempts: Math.max(1, config.max_attempts ?? 3),
    baseMs: config.base_backoff_ms ?? 1000,
    multiplier: Math.max(1, config.multiplier ?? 2),
    maxMs: config.max_backoff_ms ?? 30_000,
    jitterRatio: Math.min(1, Math.max(0, config.jitter_ratio ?? 0.2)),
  };
}

/** Somebody chose settings for a phase that does not run. */
function unusedOverrides(count: PhaseNumber, layers: ChoiceLayers): string[] {
  const unused = PHASES.filter((number) => (number === 3 && count < 3) || (number === 1 && count < 2));
  return unused
    .filter((number) => isOverridden(number, layers))
    .map((number) => `There are settings for phase ${number}, which does not run with ${count} ${count === 1 ? "phase" : "phases"}.`);
}

function isOverridden(number: PhaseNumber, { cli, task, config }: ChoiceLayers): boolean {
  const written = { ...config.phases[number] };
  if (config.isDefault.phaseModel[number] === true) delete written.model;
  if (config.isDefault.phaseEffort[number] === true) delete written.effort;
  return [cli.phases?.[number], task.phases[number], written].some((choice) =>
    Object.values(choice ?? {}).some((value) => typeof value === "string" && value.trim() !== ""),
  );
}

function phaseNumber(value: number, taskId: string): PhaseNumber {
  if (value === 1 || value === 2 || value === 3) return value;
  throw badSetting(taskId, "agent.phases", value, "1, 2 or 3");
}

function badSetting(taskId: string, key: string, value: number, allowed: string): CueLoopError {
  return new CueLoopError("run.setting_invalid", {
    message: `${key} of ${taskId} is ${value}; it must be ${allowed}.`,
    hint: "Correct it in the task, in .cueloop/config.jsonc or on the command line.",
    where: { taskId, path: key },
  });
}
