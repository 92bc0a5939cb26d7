import { expect, test } from "bun:test";
import { parseAmount } from "../src/amount.ts";

test.each([
  ["12.50", 1250],
  ["€12.50", 1250],
  ["1,204.00", 120400],
  ["0.07", 7],
])("%s is %d cents", (text, cents) => expect(parseAmount(text)).toBe(cents));

test("what is no amount is refused", () => expect(() => parseAmount("twelve")).toThrow("no amount"));
