import type { TurnOutcome } from "../../runners/turn.ts";
import type { UsageTotals } from "../events.ts";

/** Tells what each call used; sessions that report running totals are counted by difference. */
export class UsageMeter {
  #totals: { readonly sessionId: string | null; readonly usage: UsageTotals } | null = null;

  /** What this call used; null when the agent does not say. */
  read(outcome: Pick<TurnOutcome, "usage" | "sessionId">): UsageTotals | null {
    if (outcome.usage === null) return null;
    const { cumulative, ...reported } = outcome.usage;
    if (!cumulative) return reported;
    const before = this.#totals?.sessionId === outcome.sessionId ? this.#totals.usage : null;
    this.#totals = { sessionId: outcome.sessionId, usage: reported };
    return before === null ? reported : since(before, reported);
  }
}

/** A total that has become smaller was begun anew, so all of it was used since. */
function since(before: UsageTotals, now: UsageTotals): UsageTotals {
  return {
    input_tokens: grown(before.input_tokens, now.input_tokens),
    output_tokens: grown(before.output_tokens, now.output_tokens),
    cache_read_tokens: grown(before.cache_read_tokens, now.cache_read_tokens),
    cost: now.cost === null ? null : grown(before.cost ?? 0, now.cost),
  };
}

function grown(before: number, now: number): number {
  return now < before ? now : now - before;
}
