import type { AgentChoice, AgentOverrides, PhaseNumber } from "../options.ts";

/** A setting of one layer; null and absent both mean that the layer says nothing. */
export interface LayerChoice {
  readonly runner?: string | null;
  readonly model?: string | null;
  readonly effort?: string | null;
}

/** A layer with its choices for single phases. */
export interface PhasedLayer extends LayerChoice {
  readonly phases: Partial<Record<PhaseNumber, LayerChoice>>;
}

export interface ConfigLayer extends PhasedLayer {
  /** True where the value is the program's own default and nobody wrote it. */
  readonly isDefault: {
    readonly runner: boolean;
    readonly model: boolean;
    readonly effort: boolean;
    readonly phaseModel: Partial<Record<PhaseNumber, boolean>>;
    readonly phaseEffort: Partial<Record<PhaseNumber, boolean>>;
  };
}

export interface ChoiceLayers {
  readonly cli: AgentOverrides;
  readonly task: PhasedLayer;
  readonly config: ConfigLayer;
}

export interface Chosen {
  readonly runner: string;
  /** Null: the runner's own default model. */
  readonly model: string | null;
  /** A model from the command line is taken literally, another is normalised for the runner. */
  readonly modelFrom: "cli" | "file" | "runner";
  readonly effort: string | null;
}

const FALLBACK_RUNNER = "claude";

/**
 * Runner, model and effort of one phase, by layer. The program's built-in choices for
 * phases are the weakest of all: they hold only where nobody said anything else.
 */
export function choosePhase(phase: PhaseNumber, layers: ChoiceLayers): Chosen {
  const cliPhase: AgentChoice = layers.cli.phases?.[phase] ?? {};
  const taskPhase: LayerChoice = layers.task.phases[phase] ?? {};
  const configPhase = writtenPhase(phase, layers);
  const runner = first(
    ["phase", cliPhase.runner],
    ["phase", taskPhase.runner],
    ["phase", configPhase.runner],
    ["cli", layers.cli.runner],
    ["task", layers.task.runner],
    ["config", layers.config.runner],
  ) ?? { from: "none", value: FALLBACK_RUNNER };
  const model = chooseModel(runner.from, cliPhase, taskPhase, configPhase, layers);
  const effort = first(
    ["phase", cliPhase.effort],
    ["phase", taskPhase.effort],
    ["phase", configPhase.effort],
    ["cli", layers.cli.effort],
    ["task", layers.task.effort],
    ["config", layers.config.effort],
  );
  return { runner: runner.value, ...model, effort: effort?.value ?? null };
}

function chooseModel(
  runnerFrom: string,
  cliPhase: LayerChoice,
  taskPhase: LayerChoice,
  configPhase: LayerChoice,
  { cli, task, config }: ChoiceLayers,
): Pick<Chosen, "model" | "modelFrom"> {
  const above = first(
    ["cli", cliPhase.model],
    ["file", taskPhase.model],
    ["file", configPhase.model],
    ["cli", cli.model],
    ["file", task.model],
  );
  if (above !== null) return { model: above.value, modelFrom: above.from === "cli" ? "cli" : "file" };
  const ownRunner = runnerFrom === "phase" || runnerFrom === "cli";
  const strangerDefault = config.isDefault.model && !(runnerFrom === "config" && config.isDefault.runner);
  const configured = text(config.model);
  if (ownRunner || strangerDefault || configured === null) return { model: null, modelFrom: "runner" };
  return { model: configured, modelFrom: "file" };
}

/** The configuration's choice for a phase, without built-in values that something overrules. */
function writtenPhase(phase: PhaseNumber, { cli, task, config }: ChoiceLayers): LayerChoice {
  const choice = config.phases[phase] ?? {};
  const somebodyChose =
    !config.isDefault.runner ||
    !config.isDefault.model ||
    [cli.runner, cli.model, task.runner, task.model].some((value) => text(value) !== null);
  const phaseRunner = [cli.phases?.[phase]?.runner, task.phases[phase]?.runner, choice.runner].some((value) => text(value) !== null);
  const effortChosen = !config.isDefault.effort || [cli.effort, task.effort].some((value) => text(value) !== null);
  const dropModel = config.isDefault.phaseModel[phase] === true && (somebodyChose || phaseRunner);
  const dropEffort = config.isDefault.phaseEffort[phase] === true && effortChosen;
  return {
    runner: choice.runner ?? null,
    model: dropModel ? null : (choice.model ?? null),
    effort: dropEffort ? null : (choice.effort ?? null),
  };
}

function first<From extends string>(...choices: [From, string | null | undefined][]): { from: From; value: string } | null {
  for (const [from, candidate] of choices) {
    const value = text(candidate);
    if (value !== null) return { from, value };
  }
  return null;
}

function text(value: string | null | undefined): string | null {
  const trimmed = value?.trim() ?? "";
  return trimmed === "" ? null : trimmed;
}
