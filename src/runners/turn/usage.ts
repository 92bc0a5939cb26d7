import type { UsageEvent } from "../event.ts";
import type { TurnUsage } from "./outcome.ts";

/** Adds one report of a turn to what was reported before; running totals replace. */
export function addUsage(before: TurnUsage | null, event: UsageEvent): TurnUsage {
  const { input_tokens, output_tokens, cache_read_tokens = 0, cost = null, cumulative = false } = event;
  const now = { input_tokens, output_tokens, cache_read_tokens, cost, cumulative };
  if (before === null || cumulative) return now;
  return {
    input_tokens: before.input_tokens + input_tokens,
    output_tokens: before.output_tokens + output_tokens,
    cache_read_tokens: before.cache_read_tokens + cache_read_tokens,
    cost: before.cost === null && cost === null ? null : (before.cost ?? 0) + (cost ?? 0),
    cumulative,
  };
}
