import * as v from "valibot";
import { type Immutable, mapOf, record } from "./shape.ts";

/** Runners the program knows by name; any other token names a plugin's runner. */
export const BUILT_IN_RUNNERS: readonly string[] = ["claude", "codex", "opencode", "gemini", "cursor", "kimi", "pi"];

/** Built-in ids in lower case whatever their case was; another id as it is. */
export function normaliseRunnerId(text: string): string {
  const id = text.trim();
  const lower = id.toLowerCase();
  return BUILT_IN_RUNNERS.includes(lower) ? lower : id;
}

export const Runner = v.pipe(v.string(), v.trim(), v.nonEmpty("a runner id must not be empty"), v.transform(normaliseRunnerId));
export const Model = v.pipe(v.string(), v.trim(), v.nonEmpty("a model name must not be empty"));
export const ReasoningEffort = v.picklist(["low", "medium", "high", "xhigh"]);
export const ModelEffort = v.picklist(["default", "low", "medium", "high", "xhigh"]);

export const CursorModelParamValue = v.union([v.string(), v.boolean()]);
export const CursorSettingSource = v.picklist(["project", "user", "team", "mdm", "plugins", "all"]);

export const CursorRunnerConfig = record({
  model_params: v.nullish(mapOf(CursorModelParamValue)),
  setting_sources: v.nullish(v.array(CursorSettingSource)),
});

export const RunnerOutputFormat = v.picklist(["stream_json", "json", "text"]);
export const RunnerVerbosity = v.picklist(["quiet", "normal", "verbose"]);
export const RunnerApprovalMode = v.picklist(["default", "auto_edits", "yolo", "safe"]);
export const RunnerSandboxMode = v.picklist(["default", "enabled", "disabled"]);
export const RunnerPlanMode = v.picklist(["default", "enabled", "disabled"]);
export const UnsupportedOptionPolicy = v.picklist(["ignore", "warn", "error"]);

export const RunnerCliOptionsPatch = record({
  output_format: v.nullish(RunnerOutputFormat),
  verbosity: v.nullish(RunnerVerbosity),
  approval_mode: v.nullish(RunnerApprovalMode),
  sandbox: v.nullish(RunnerSandboxMode),
  plan_mode: v.nullish(RunnerPlanMode),
  unsupported_option_policy: v.nullish(UnsupportedOptionPolicy),
});

export const PhaseOverrideConfig = record({
  runner: v.nullish(Runner),
  model: v.nullish(Model),
  reasoning_effort: v.nullish(ReasoningEffort),
  cursor: v.nullish(CursorRunnerConfig),
});

export const PhaseOverrides = record({
  phase1: v.nullish(PhaseOverrideConfig),
  phase2: v.nullish(PhaseOverrideConfig),
  phase3: v.nullish(PhaseOverrideConfig),
});

const Count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255));

/** What a task asks for instead of the configured agent settings. */
export const TaskAgent = v.pipe(
  record({
    runner: v.nullish(Runner),
    model: v.nullish(Model),
    model_effort: v.optional(ModelEffort),
    /** 1 to 3; the range is held by validation, so that a wrong number is reported with its task. */
    phases: v.nullish(Count),
    /** At least 1, held by validation. */
    iterations: v.nullish(Count),
    followup_reasoning_effort: v.nullish(ReasoningEffort),
    cursor: v.nullish(CursorRunnerConfig),
    runner_cli: v.nullish(RunnerCliOptionsPatch),
    phase_overrides: v.nullish(PhaseOverrides),
  }),
  v.transform((agent) => {
    if (agent.model_effort !== "default") return agent;
    const { model_effort: _default, ...rest } = agent;
    return rest;
  }),
);
export type TaskAgent = Immutable<v.InferOutput<typeof TaskAgent>>;
