import { expect, test } from "bun:test";
import { total } from "../src/invoice.ts";

test("an invoice without lines costs nothing", () => expect(total([])).toBe(0));

test("quantities count", () => {
  const lines = [
    { text: "Paper", quantity: 3, price: "2.50" },
    { text: "Ink", quantity: 1, price: "€19.99" },
  ];
  expect(total(lines)).toBe(2749);
});
