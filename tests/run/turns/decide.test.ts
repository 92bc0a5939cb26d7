import { expect, test } from "bun:test";
import { decideAfterTurn, type TurnFacts, type TurnState } from "../../../src/run/turns/decide.ts";

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const STATE: TurnState = { attempt: 1, maxAttempts: 3, recoveries: 0, repeatable: true, now: NOW, limitBudgetMs: 6 * HOUR };

function facts(kind: TurnFacts["kind"], rest: Partial<TurnFacts> = {}): TurnFacts {
  return { kind, class: null, reason: null, resetsAt: null, ...rest };
}

const RATE_LIMIT = facts("failed", { class: "retryable", reason: "rate_limit" });

test.each([
  ["a success ends the prompt", facts("success"), {}, "done"],
  ["an interrupt is never retried", facts("interrupted", { class: "permanent" }), {}, "interrupted"],
  ["a rate limit is tried again", RATE_LIMIT, {}, "retry"],
  ["the last attempt is the last", RATE_LIMIT, { attempt: 3 }, "fail"],
  ["a changed tree is not worked twice", RATE_LIMIT, { repeatable: false }, "fail"],
  ["a wrong key needs a person", facts("failed", { class: "needs_user", reason: "authentication" }), {}, "fail"],
  ["a missing program fails at once", facts("missing_binary", { class: "needs_user" }), {}, "fail"],
  ["an idle turn is tried again", facts("timeout", { class: "retryable", reason: "idle" }), {}, "retry"],
  ["a turn over its limit is not", facts("timeout", { class: "permanent", reason: "turn_limit" }), {}, "fail"],
  ["a killed agent goes on, whatever it changed", facts("signaled", { class: "permanent" }), { repeatable: false }, "recover"],
  ["but not for ever", facts("signaled", { class: "permanent" }), { recoveries: 5 }, "fail"],
  ["a limit with a reset is waited for", facts("usage_limit", { resetsAt: NOW / 1000 + 60 }), {}, "wait"],
  ["a reset beyond the allowance fails", facts("usage_limit", { resetsAt: NOW / 1000 + 7 * 3600 }), {}, "fail"],
  ["no allowance fails at once", facts("usage_limit", { resetsAt: NOW / 1000 + 60 }), { limitBudgetMs: 0 }, "fail"],
  ["an unknown reset is retried first", facts("usage_limit"), {}, "retry"],
  ["and then waited for", facts("usage_limit"), { attempt: 3 }, "wait"],
] satisfies [string, TurnFacts, Partial<TurnState>, string][])("%s", (_name, outcome, state, expected) => {
  expect<string>(decideAfterTurn(outcome, { ...STATE, ...state }).kind).toBe(expected);
});

test("a wait ends half a minute after the reset, a reset in the past counts as now", () => {
  expect(decideAfterTurn(facts("usage_limit", { resetsAt: NOW / 1000 + 60 }), STATE)).toEqual({ kind: "wait", until: NOW + 90_000 });
  expect(decideAfterTurn(facts("usage_limit", { resetsAt: NOW / 1000 - 60 }), STATE)).toEqual({ kind: "wait", until: NOW + 30_000 });
});

test("a limit that is not waited for is told with the time of its reset", () => {
  const day = decideAfterTurn(facts("usage_limit", { resetsAt: NOW / 1000 + 24 * 3600 }), STATE);
  expect(day).toMatchObject({ kind: "fail", note: expect.stringContaining("2027-01-16T08:00:00Z") });
});
