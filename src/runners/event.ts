import * as v from "valibot";
import type { Immutable } from "../base/shape.ts";

const Tokens = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Tokens and, where the agent reports one, the cost in USD. */
export const UsageEvent = v.strictObject({
  type: v.literal("usage"),
  /** All input of the model, what came from its cache included. */
  input_tokens: Tokens,
  output_tokens: Tokens,
  /** The part of `input_tokens` that came from the cache. */
  cache_read_tokens: v.optional(Tokens),
  cost: v.optional(v.number()),
  /** True: running totals of the agent session. Left out or false: to be added to what the turn reported before. */
  cumulative: v.optional(v.boolean()),
});
export type UsageEvent = v.InferOutput<typeof UsageEvent>;

/** One thing an agent said or did, in the one form all runners are read into. */
export const RunnerEvent = v.variant("type", [
  /** The agent session's id, as far as it can be continued by it. */
  v.strictObject({ type: v.literal("session"), id: v.string() }),
  v.strictObject({ type: v.literal("text"), text: v.string() }),
  v.strictObject({ type: v.literal("reasoning"), text: v.string() }),
  /** `summary` is the one-line form of the arguments, may be empty. */
  v.strictObject({ type: v.literal("tool_call"), name: v.string(), summary: v.string(), status: v.optional(v.string()) }),
  v.strictObject({ type: v.literal("tool_result"), name: v.string(), status: v.string() }),
  /** A shell command; `status` is `started`, `completed (exit 0)` and the like, in the agent's words. */
  v.strictObject({ type: v.literal("command"), command: v.string(), status: v.optional(v.string()) }),
  UsageEvent,
  v.strictObject({ type: v.literal("permission_denied"), tool: v.string() }),
  /** The quota of a plan is used up. `resets_at`: Unix seconds, null when the agent names no time. */
  v.strictObject({ type: v.literal("usage_limit"), resets_at: v.nullable(v.number()) }),
  /** Something the agent works around itself, for example a retry of its own. */
  v.strictObject({ type: v.literal("warning"), text: v.string() }),
  v.strictObject({
    type: v.literal("error"),
    text: v.string(),
    /** The HTTP status behind it, where the agent tells it in a field of its own. */
    status: v.optional(v.number()),
    /** What the agent itself says about trying again. */
    retryable: v.optional(v.boolean()),
    /** The agent goes on: not the reason of a failure. */
    transient: v.optional(v.boolean()),
  }),
  /** A line of output that is none of the runner's events. */
  v.strictObject({ type: v.literal("raw"), text: v.string() }),
  /** The answer of the turn, so far; the last one counts. Never shown: `text` was. */
  v.strictObject({ type: v.literal("final"), text: v.string() }),
  /** The agent says that its turn is over. A later event of content takes it back. */
  v.strictObject({ type: v.literal("end"), ok: v.boolean() }),
]);
export type RunnerEvent = Immutable<v.InferOutput<typeof RunnerEvent>>;
