import * as v from "valibot";
import { type Immutable, record } from "../base/shape.ts";
import { CursorRunnerConfig, PhaseOverrides, RunnerCliOptionsPatch } from "../config/schema/agent.ts";
import { Model, ReasoningEffort, Runner, unsigned } from "../config/schema/values.ts";

export const ModelEffort = v.picklist(["default", "low", "medium", "high", "xhigh"]);

/** What a task asks for instead of the configured agent settings. */
export const TaskAgent = v.pipe(
  record({
    runner: v.nullish(Runner),
    model: v.nullish(Model),
    model_effort: v.optional(ModelEffort),
    /** 1 to 3; validation holds the range, so that a wrong number is reported with its task. */
    phases: v.nullish(unsigned("u8", { min: 1, max: 3 })),
    /** At least 1, held by validation. */
    iterations: v.nullish(unsigned("u8", { min: 1, max: 255 })),
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
