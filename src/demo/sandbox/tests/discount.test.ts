import { expect, test } from "bun:test";
import { discounted } from "../src/discount.ts";

test("ten percent off", () => expect(discounted(1000, 10)).toBe(900));
test("half a cent goes to the even side", () => expect(discounted(25, 50)).toBe(12));
test("a discount above 100 is refused", () => expect(() => discounted(1000, 101)).toThrow("percent"));
