import { expect, test } from "bun:test";
import { AUTOMATIC_REPAIRS, decideAfterGateFailure, type GateCounters, NO_GATE_FAILURES } from "../../../src/run/gate/decision.ts";

/** The verdicts of a row of failures, each given by its pattern. */
function verdicts(patterns: readonly (string | null)[]): string[] {
  let counters: GateCounters = NO_GATE_FAILURES;
  return patterns.map((pattern) => {
    const verdict = decideAfterGateFailure(counters, pattern);
    counters = verdict.counters;
    return verdict.kind;
  });
}

test.each([
  [[null], ["repair"]],
  [
    ["Lint", "Lint", "Lint"],
    ["repair", "repair", "escalate"],
  ],
  [
    ["Lint", "Lint", "Format", "Lint", "Lint", "Lint"],
    ["repair", "repair", "repair", "repair", "repair", "escalate"],
  ],
  [
    ["Lint", "Lint", null, "Lint"],
    ["repair", "repair", "repair", "repair"],
  ],
])("failures %j are answered by %j", (patterns, expected) => expect(verdicts(patterns)).toEqual(expected));

test("an unrecognised failure is repaired ten times, then given up", () => {
  const row = verdicts(Array.from({ length: AUTOMATIC_REPAIRS + 1 }, () => null));
  expect(row.slice(0, -1).every((kind) => kind === "repair")).toBeTrue();
  expect(row.at(-1)).toBe("give_up");
});
