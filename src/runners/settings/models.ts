import { CueLoopError } from "../../base/errors.ts";
import type { ResolvedRunner } from "../resolve.ts";
import type { RunnerOptions } from "./options.ts";

/** Models of the codex family: only a runner that lists them is asked for them by the configuration. */
const CODEX_ONLY = ["openai-codex/gpt-5.5", "openai-codex/gpt-5.4", "gpt-5.3-codex", "gpt-5.3-codex-spark"];

/** Doubts about an effort that the runner's own list lacks; see `checkModel`. Error `runner.effort_unsupported`. */
export function checkEffort(
  runner: Pick<ResolvedRunner, "id" | "efforts">,
  effort: string,
  policy: RunnerOptions["unsupported_option_policy"],
): string | null {
  const { efforts } = runner;
  if (efforts === null || efforts.includes(effort) || policy === "ignore") return null;
  const message = `${effort} is not among the reasoning efforts known for ${runner.id}: ${efforts.join(", ")}.`;
  if (policy === "warn") return message;
  throw new CueLoopError("runner.effort_unsupported", { message, hint: "Name one of them, or set unsupported_option_policy: warn." });
}

type ModelRules = Pick<ResolvedRunner, "id" | "defaultModel" | "models">;

/** A model as typed, trimmed. Throws `runner.model_blank`. */
export function parseModel(text: string): string {
  const model = text.trim();
  if (model !== "") return model;
  throw new CueLoopError("runner.model_blank", { message: "A model must not be blank.", hint: "Name one, or leave --model away." });
}

/** The runner's own model. Throws `runner.model_required` for one that names none. */
export function defaultModel(runner: ModelRules): string {
  if (runner.defaultModel !== null) return runner.defaultModel;
  throw new CueLoopError("runner.model_required", {
    message: `The runner ${runner.id} has no model of its own.`,
    hint: 'Name one with --model or agent.model. A plugin names its own as "default_model" under "runner" in its plugin.json, a runner of cueloop.config.ts as `defaultModel`.',
  });
}

export interface NormalisedModel {
  readonly model: string;
  /** The model that was asked for and is not the runner's; null when nothing was replaced. */
  readonly replaced: string | null;
}

/** A model of a task or of the configuration, replaced by the runner's own where it belongs to another runner. */
export function normaliseModel(runner: ModelRules, text: string): NormalisedModel {
  const model = parseModel(text);
  const isForeign = runner.models === null ? CODEX_ONLY.includes(model) : !runner.models.includes(model);
  return isForeign ? { model: defaultModel(runner), replaced: model } : { model, replaced: null };
}

/**
 * Holds a resolved model against the runner's list, as far as it has one. Returns a warning or null.
 * Throws `runner.model_unsupported` where `unsupported_option_policy` is `error`.
 */
export function checkModel(runner: ModelRules, model: string, policy: RunnerOptions["unsupported_option_policy"]): string | null {
  if (runner.models === null || runner.models.includes(model) || policy === "ignore") return null;
  const message = `${model} is not among the models known for ${runner.id}: ${runner.models.join(", ")}.`;
  if (policy === "warn") return message;
  throw new CueLoopError("runner.model_unsupported", { message, hint: "Name one of them, or set unsupported_option_policy: warn." });
}
