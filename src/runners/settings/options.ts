import * as v from "valibot";
import { CueLoopError } from "../../base/errors.ts";
import {
  RunnerApprovalMode,
  RunnerOutputFormat,
  RunnerPlanMode,
  RunnerSandboxMode,
  RunnerVerbosity,
  UnsupportedOptionPolicy,
} from "../../config/schema/values.ts";
import type { ResolvedRunner } from "../resolve.ts";
import type { SupportedOptions } from "../runner.ts";

/** Normalised options of a runner, all set. Flags of the same names, with `-`, take the same values. */
export const RunnerOptions = v.strictObject({
  output_format: RunnerOutputFormat,
  verbosity: RunnerVerbosity,
  approval_mode: RunnerApprovalMode,
  sandbox: RunnerSandboxMode,
  plan_mode: RunnerPlanMode,
  /** What to do about an option the runner cannot express. */
  unsupported_option_policy: UnsupportedOptionPolicy,
});
export type RunnerOptions = v.InferOutput<typeof RunnerOptions>;

/** What one layer says; null and absent both mean that it says nothing. */
export type OptionLayer = { readonly [Key in keyof RunnerOptions]?: RunnerOptions[Key] | null | undefined };

/** What holds where no layer says anything. */
const UNSET: RunnerOptions = {
  output_format: "stream_json",
  verbosity: "normal",
  approval_mode: "yolo",
  sandbox: "default",
  plan_mode: "default",
  unsupported_option_policy: "warn",
};

/** `agent.runner_cli` of the configuration. */
export interface ConfiguredOptions {
  readonly defaults: OptionLayer;
  /** By runner id. */
  readonly runners: Readonly<Record<string, OptionLayer>>;
}

/** The options of one runner, value by value: the configuration's defaults, its entry for the runner, the task, the command line. */
export function resolveRunnerOptions(
  runnerId: string,
  config: ConfiguredOptions,
  task: OptionLayer | null,
  cli: OptionLayer,
): RunnerOptions {
  const own = Object.hasOwn(config.runners, runnerId) ? config.runners[runnerId] : undefined;
  const layers: OptionLayer[] = [config.defaults, own ?? {}, task ?? {}, cli];
  const pick = <Key extends keyof RunnerOptions>(key: Key): RunnerOptions[Key] => {
    let value = UNSET[key];
    for (const layer of layers) value = layer[key] ?? value;
    return value;
  };
  return {
    output_format: pick("output_format"),
    verbosity: pick("verbosity"),
    approval_mode: pick("approval_mode"),
    sandbox: pick("sandbox"),
    plan_mode: pick("plan_mode"),
    unsupported_option_policy: pick("unsupported_option_policy"),
  };
}

/**
 * Options as typed on a command line: `-` for `_`, any case. Keys are those of `RunnerOptions`.
 * Throws `runner.option_value`, naming the flag and what it accepts.
 */
export function parseOptionFlags(typed: Readonly<Record<string, string>>): OptionLayer {
  const read = <Value extends string>(key: string, values: readonly Value[]): Value | undefined => {
    const text = typed[key];
    if (text === undefined) return undefined;
    const wanted = text.trim().toLowerCase().replaceAll("-", "_");
    const found = values.find((value) => value === wanted);
    if (found !== undefined) return found;
    throw new CueLoopError("runner.option_value", {
      message: `--${key.replaceAll("_", "-")} does not take "${text}".`,
      hint: `Use one of: ${values.join(", ")}.`,
    });
  };
  return {
    output_format: read("output_format", RunnerOutputFormat.options),
    verbosity: read("verbosity", RunnerVerbosity.options),
    approval_mode: read("approval_mode", RunnerApprovalMode.options),
    sandbox: read("sandbox", RunnerSandboxMode.options),
    plan_mode: read("plan_mode", RunnerPlanMode.options),
    unsupported_option_policy: read("unsupported_option_policy", UnsupportedOptionPolicy.options),
  };
}

/**
 * Holds the options against what the runner can do, before any process starts.
 * Returns one warning for each option it cannot express (none when the policy ignores them).
 * Throws `runner.option_unsupported` where the policy is `error`, and always for an output format that is not read.
 */
export function checkRunnerOptions(runner: Pick<ResolvedRunner, "id" | "supportedOptions">, options: RunnerOptions): string[] {
  if (options.output_format !== "stream_json") {
    throw new CueLoopError("runner.option_unsupported", {
      message: `output_format is ${options.output_format}, but only the output of stream_json can be read.`,
      hint: "Remove agent.runner_cli.*.output_format from .cueloop/config.jsonc, or --output-format from the command.",
    });
  }
  const unsupported = unsupportedOptions(runner, options);
  if (options.unsupported_option_policy === "ignore") return [];
  const messages = unsupported.map((option) => `${runner.id} cannot express ${option}; it has no effect.`);
  if (options.unsupported_option_policy === "warn" || messages.length === 0) return messages;
  throw new CueLoopError("runner.option_unsupported", {
    message: `${runner.id} cannot express ${unsupported.join(", ")}.`,
    hint: "Change the option for this runner in agent.runner_cli.runners, or let it pass with unsupported_option_policy: warn.",
  });
}

/** What asks nothing of an agent that it would not do anyway, or is the best it can do. */
const NEVER_UNSUPPORTED: Readonly<Record<keyof SupportedOptions, readonly string[]>> = {
  plan_mode: ["default"],
  verbosity: ["quiet", "normal"],
  sandbox: ["default"],
  approval_mode: ["default", "yolo"],
};

function unsupportedOptions({ supportedOptions }: Pick<ResolvedRunner, "supportedOptions">, options: RunnerOptions): string[] {
  return (["plan_mode", "verbosity", "sandbox", "approval_mode"] as const)
    .filter((key) => ![...NEVER_UNSUPPORTED[key], ...(supportedOptions[key] ?? [])].includes(options[key]))
    .map((key) => `${key}=${options[key]}`);
}
