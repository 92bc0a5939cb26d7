import * as v from "valibot";
import { record } from "../../base/shape.ts";
import { RunnerApprovalMode, RunnerPlanMode, RunnerSandboxMode, RunnerVerbosity } from "./values.ts";

/** Members of a runner of the user's that are functions. */
export const RUNNER_FUNCTIONS = [
  "command",
  "resume",
  "parse",
  "createParser",
  "run",
  "newSessionId",
  "isUnknownSession",
  "classify",
] as const;
export type RunnerFunction = (typeof RUNNER_FUNCTIONS)[number];

const name = v.pipe(
  v.string(),
  v.check((text) => text.trim() !== "", "must not be blank"),
);

const SupportedOptions = record({
  verbosity: v.optional(v.array(RunnerVerbosity)),
  approval_mode: v.optional(v.array(RunnerApprovalMode)),
  sandbox: v.optional(v.array(RunnerSandboxMode)),
  plan_mode: v.optional(v.array(RunnerPlanMode)),
});

/** Members of a runner of the user's that are data. */
export const RUNNER_SETTINGS = {
  displayName: v.optional(name),
  program: v.optional(name),
  models: v.optional(v.array(v.string())),
  defaultModel: v.optional(v.nullable(name)),
  efforts: v.optional(v.array(v.string())),
  supportedOptions: v.optional(SupportedOptions),
  sessionIdPattern: v.optional(v.custom<RegExp>((value) => value instanceof RegExp, "it must be a regular expression")),
  keepsSessionId: v.optional(v.boolean()),
  reportsEnd: v.optional(v.boolean()),
};
/** The data of a runner alone, whatever else it has. */
export const CodeRunnerSettings = v.object(RUNNER_SETTINGS);
export type CodeRunnerSettings = Readonly<v.InferOutput<typeof CodeRunnerSettings>>;
