import { expect, test } from "bun:test";
import { roundCents } from "../src/rounding.ts";

test.each([
  [10.4, 10],
  [10.5, 10],
  [11.5, 12],
  [11.6, 12],
])("%d rounds to %d", (cents, rounded) => expect(roundCents(cents)).toBe(rounded));
