import { expect, test } from "bun:test";
import { UsageMeter } from "../../../src/run/turns/usage-meter.ts";

const usage = (input: number, cost: number | null, cumulative: boolean) => ({
  input_tokens: input,
  output_tokens: 1,
  cache_read_tokens: 0,
  cost,
  cumulative,
});

test("running totals of one session count by what was added, those of a new session from zero", () => {
  const meter = new UsageMeter();
  const read = (sessionId: string, input: number, cost: number | null) => {
    const { input_tokens, cost: spent } = meter.read({ sessionId, usage: usage(input, cost, true) }) ?? {};
    return [input_tokens, spent];
  };
  expect(read("a", 100, 1)).toEqual([100, 1]);
  expect(read("a", 150, 1.5)).toEqual([50, 0.5]);
  expect(read("b", 30, null)).toEqual([30, null]);
});

test("a total that has become smaller counts from zero", () => {
  const meter = new UsageMeter();
  meter.read({ sessionId: "a", usage: usage(100, 1, true) });
  const read = meter.read({ sessionId: "a", usage: usage(30, 0.25, true) });
  // One output token before, one now: that number did not fall.
  expect(read).toEqual({ input_tokens: 30, output_tokens: 0, cache_read_tokens: 0, cost: 0.25 });
});

test("what a call reports for itself is taken as it is", () => {
  const meter = new UsageMeter();
  meter.read({ sessionId: "a", usage: usage(100, 1, false) });
  expect(meter.read({ sessionId: "a", usage: usage(100, 1, false) })?.input_tokens).toBe(100);
  expect(meter.read({ sessionId: "a", usage: null })).toBeNull();
});
