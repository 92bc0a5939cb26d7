import { expect, test } from "bun:test";
import { cut, tableLines } from "../../src/ui/table.ts";

const rows = [
  [{ text: "RQ-0001" }, { text: "todo" }, { text: "A title that is rather long" }],
  [{ text: "RQ-10000" }, { text: "doing" }, { text: "世界" }],
];

test("a program gets tabs and the whole text", () => {
  expect(tableLines(rows, { color: false, width: null, flexible: 2 })).toEqual([
    "RQ-0001\ttodo\tA title that is rather long",
    "RQ-10000\tdoing\t世界",
  ]);
});

test("a terminal gets aligned columns", () => {
  expect(tableLines(rows, { color: false, width: 80, flexible: 2 })).toEqual([
    "RQ-0001   todo   A title that is rather long",
    "RQ-10000  doing  世界",
  ]);
});

test("the flexible column is cut to the width", () => {
  const [first = ""] = tableLines(rows, { color: false, width: 36, flexible: 2 });
  expect(first).toBe("RQ-0001   todo   A title that is ra…");
  expect(Bun.stringWidth(first)).toBe(36);
});

test("columns behind the flexible one stay aligned, wide characters counted as two", () => {
  const lines = tableLines(
    [
      [{ text: "世界" }, { text: "1m" }],
      [{ text: "abc" }, { text: "2m" }],
    ],
    { color: false, width: 80, flexible: 0 },
  );
  expect(lines).toEqual(["世界  1m", "abc   2m"]);
});

test("colour goes around the text, not the padding", () => {
  const styled = [
    [{ text: "todo", style: "blue" } as const, { text: "x" }],
    [{ text: "draft", style: "dim" } as const, { text: "y" }],
  ];
  expect(tableLines(styled, { color: true, width: 80, flexible: 1 })).toEqual(["\x1b[34mtodo\x1b[0m   x", "\x1b[2mdraft\x1b[0m  y"]);
  expect(tableLines(styled, { color: true, width: null, flexible: 1 })).toEqual(["\x1b[34mtodo\x1b[0m\tx", "\x1b[2mdraft\x1b[0m\ty"]);
});

test("no rows, no lines", () => expect(tableLines([], { color: false, width: 80, flexible: 0 })).toEqual([]));

test.each([
  ["abc", 3, "abc"],
  ["abcd", 3, "ab…"],
  ["世界世界", 5, "世界…"],
])("%s cut to %d columns", (text, width, expected) => expect(cut(text, width)).toBe(expected));
