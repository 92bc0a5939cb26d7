import { expect, test } from "bun:test";
import { gateDisplay, outputSnippet, outputTail } from "../../../src/run/gate/display.ts";

test.each([
  [["bun", "test"], "bun test"],
  [["make", "ci all"], 'make "ci all"'],
  [["printf", 'a"b'], 'printf "a\\"b"'],
])("%j is shown as %s", (argv, shown) => expect(gateDisplay(argv)).toBe(shown));

test("no output says so", () => expect(outputSnippet(" \n", "")).toBe("The gate printed nothing."));

test("a short output is whole, stderr first", () => {
  expect(outputSnippet("out", "err")).toBe("Output, 2 lines:\n```\nerr\nout\n```");
});

test("a long output keeps both ends and tells how much is missing", () => {
  const text = Array.from({ length: 130 }, (_, index) => `line ${index + 1}`).join("\n");
  const snippet = outputSnippet(text, "");
  expect(snippet).toContain("lines 1 to 50 of 130");
  expect(snippet).toContain("(30 lines left out)");
  expect(snippet).toContain("Lines 81 to 130");
  expect(snippet).not.toContain("line 51\n");
});

test("a fence in the output cannot close ours", () => expect(outputSnippet("```", "")).toContain("````"));

test("the tail counts lines over both streams", () => expect(outputTail("b\nc", "a", 2)).toBe("b\nc"));
