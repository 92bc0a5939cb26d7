import type { UsageTotals } from "./events.ts";

/** What two stretches of work used; null: nothing was reported. A cost that one of them does not know counts as none. */
export function sumUsage(a: UsageTotals | null, b: UsageTotals | null): UsageTotals | null {
  if (a === null || b === null) return a ?? b;
  return {
    input_tokens: a.input_tokens + b.input_tokens,
    output_tokens: a.output_tokens + b.output_tokens,
    cache_read_tokens: a.cache_read_tokens + b.cache_read_tokens,
    cost: a.cost === null && b.cost === null ? null : (a.cost ?? 0) + (b.cost ?? 0),
  };
}
