import { expect, test } from "bun:test";
import fc from "fast-check";
import { backoffDelayMs } from "../../src/base/backoff.ts";

const usual = { baseMs: 1000, multiplier: 2, maxMs: 30_000, jitterRatio: 0.2 };
const middle = () => 0.5;

test.each([
  [1, 1000],
  [2, 2000],
  [5, 16_000],
  [6, 30_000],
  [100_000, 30_000],
  [0, 1000],
])("before retry %d the wait is %d ms", (retry, expected) => expect(backoffDelayMs(usual, retry, middle)).toBe(expected));

test.each([
  ["a multiplier below 1 counts as 1", { multiplier: 0.1 }, 3, middle, 1000],
  ["jitter takes away", {}, 1, () => 0, 800],
  ["jitter adds, beyond the cap too", {}, 10, () => 1, 36_000],
  ["jitter above 1 counts as 1", { jitterRatio: 5 }, 1, () => 0, 0],
  ["jitter below 0 counts as 0", { jitterRatio: -1 }, 1, () => 0, 1000],
  ["no base is no wait, however late", { baseMs: 0, multiplier: 10 }, 100_000, middle, 0],
  ["no cap is no wait", { maxMs: 0 }, 3, middle, 0],
  ["the wait is in whole milliseconds", { baseMs: 3, multiplier: 1.5 }, 2, middle, 5],
])("%s", (_, change, retry, random, expected) => expect(backoffDelayMs({ ...usual, ...change }, retry, random)).toBe(expected));

test("the wait is always a whole number from 0 to the cap with its jitter", () => {
  const policy = fc.record({
    baseMs: fc.integer({ min: 0, max: 600_000 }),
    multiplier: fc.double({ min: 1, max: 10, noNaN: true }),
    maxMs: fc.integer({ min: 0, max: 600_000 }),
    jitterRatio: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(
      policy,
      fc.integer({ min: 1, max: 5000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (given, retry, u) => {
        const delay = backoffDelayMs(given, retry, () => u);
        expect(Number.isInteger(delay)).toBe(true);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(Math.ceil(given.maxMs * (1 + given.jitterRatio)));
      },
    ),
  );
});
