import type { FailureReason, TurnOutcome } from "../../runners/turn.ts";

/** Signal deaths of one prompt that are answered by going on. */
export const SIGNAL_RECOVERIES = 5;
/** After the reset of a usage limit, this long until the next try. */
export const RESET_MARGIN_MS = 30_000;
/** Between tries while a usage limit names no reset. */
export const BLIND_WAIT_MS = 15 * 60_000;

export interface TurnState {
  /** Calls made for this prompt, the one just ended included; counts from 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly recoveries: number;
  /** Whether the same call may be made again: it continues a session, or it left the tree as it was. */
  readonly repeatable: boolean;
  /** Unix milliseconds. */
  readonly now: number;
  /** Milliseconds that may still be waited for the present usage limit. */
  readonly limitBudgetMs: number;
}

export type NextStep =
  | { readonly kind: "done" }
  | { readonly kind: "interrupted" }
  | { readonly kind: "retry"; readonly why: string }
  /** The agent was killed: tell it to go on. */
  | { readonly kind: "recover" }
  /** Unix milliseconds. */
  | { readonly kind: "wait"; readonly until: number }
  | { readonly kind: "fail"; readonly note: string | null };

/** What follows one call of an agent. */
export function decideAfterTurn(outcome: TurnFacts, state: TurnState): NextStep {
  switch (outcome.kind) {
    case "success":
      return { kind: "done" };
    case "interrupted":
      return { kind: "interrupted" };
    case "usage_limit":
      return afterUsageLimit(outcome.resetsAt, state);
    case "signaled":
      if (state.recoveries < SIGNAL_RECOVERIES) return { kind: "recover" };
      return { kind: "fail", note: `It was continued ${SIGNAL_RECOVERIES} times and killed again each time.` };
    default:
      return afterFailure(outcome, state);
  }
}

export type TurnFacts = Pick<TurnOutcome, "kind" | "class" | "reason" | "resetsAt">;

function afterUsageLimit(resetsAt: number | null, state: TurnState): NextStep {
  if (resetsAt === null && state.attempt < state.maxAttempts) return { kind: "retry", why: "usage limit without a time of reset" };
  const until = resetsAt === null ? state.now + BLIND_WAIT_MS : Math.max(state.now, resetsAt * 1000) + RESET_MARGIN_MS;
  const isTooLong = state.limitBudgetMs <= 0 || until - RESET_MARGIN_MS - state.now > state.limitBudgetMs;
  if (isTooLong) return { kind: "fail", note: `${resetText(resetsAt)} The wait for that is longer than --limit-wait allows.` };
  return { kind: "wait", until };
}

function resetText(resetsAt: number | null): string {
  if (resetsAt === null) return "It names no time of reset.";
  return `It is reset at ${new Date(resetsAt * 1000).toISOString().slice(0, 19)}Z.`;
}

function afterFailure(outcome: TurnFacts, state: TurnState): NextStep {
  if (outcome.class !== "retryable" || state.attempt >= state.maxAttempts) return { kind: "fail", note: null };
  if (!state.repeatable) return { kind: "fail", note: "It was not tried again, because the call had already changed files." };
  return { kind: "retry", why: reasonText(outcome.reason) };
}

function reasonText(reason: FailureReason | null): string {
  if (reason === "rate_limit") return "rate limit";
  if (reason === "temporarily_unavailable") return "temporarily unavailable";
  return reason === "idle" ? "no output for too long" : "transient error";
}
