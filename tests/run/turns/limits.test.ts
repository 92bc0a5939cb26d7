import { expect, test } from "bun:test";
import { TurnBudget } from "../../../src/run/turns/budget.ts";
import { turnLimit } from "../../../src/run/turns/limits.ts";

test.each([
  [null, 3, 1, 20],
  [null, 3, 3, 20],
  [null, 3, 4, 22],
  [5, 3, 4, 5],
])("asked %p, %i phases, %i iterations: %i turns", (asked, phases, iterations, limit) =>
  expect(turnLimit(asked, phases, iterations)).toBe(limit),
);

test("turns are counted on from those of an earlier start, and then refused", () => {
  const budget = new TurnBudget(3, 2);
  expect(budget.take("RQ-0001")).toBe(3);
  expect(() => budget.take("RQ-0001")).toThrow("3 agent turns");
});
