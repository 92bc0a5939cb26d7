import { expect, test } from "bun:test";
import { formatInvoice } from "../src/format.ts";

test("rows, discount and total", () => {
  const lines = [
    { text: "Paper", quantity: 3, price: "2.50" },
    { text: "Ink", quantity: 1, price: "19.99" },
  ];
  expect(formatInvoice(lines, 10)).toBe("3 x Paper  7.50\n1 x Ink  19.99\nDiscount 10%  -2.75\nTotal  24.74");
});
