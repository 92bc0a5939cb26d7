import { expect, test } from "bun:test";
import { readJsonObject } from "../../../src/runners/stream/json.ts";
import { LineSplitter } from "../../../src/runners/stream/lines.ts";
import { resetTime, retryAfter } from "../../../src/runners/stream/retry-after.ts";
import { toolSummary } from "../../../src/runners/stream/tool-summary.ts";

test("lines are the same however the text is cut", () => {
  const text = 'one\r\n\n{"a":"\\n"}\nlast without an end';
  for (let at = 0; at <= text.length; at += 1) {
    const splitter = new LineSplitter();
    const lines = [...splitter.push(text.slice(0, at)), ...splitter.push(text.slice(at)), ...splitter.end()];
    expect(lines.map((line) => line.text)).toEqual(["one", "", '{"a":"\\n"}', "last without an end"]);
  }
});

test("a line over the limit is cut and says so; the next one is whole", () => {
  const splitter = new LineSplitter(8);
  const lines = ["12345", "6789", "\nshort\n", "exactly8\n"].flatMap((piece) => splitter.push(piece));
  expect(lines).toEqual([
    { text: "12345678", cut: true },
    { text: "short", cut: false },
    { text: "exactly8", cut: false },
  ]);
  expect(splitter.end()).toEqual([]);
});

test.each([
  ['{"a":1}', { a: 1 }],
  ['  {"a":1}  ', { a: 1 }],
  ['[debug] {"a":{"b":"}"}} and more {"c":2}', { a: { b: "}" } }],
  ['x {"a":"\\"}"}', { a: '"}' }],
  ['{"a":', null],
  ["{not json}", null],
  ["[1,2]", null],
  ['[{"type":"result"}]', null],
  ["null", null],
  ['"text"', null],
  ["42", null],
  ["", null],
])("%p holds the object %p", (line, expected) => {
  expect(readJsonObject(line)).toEqual(expected);
});

test.each([
  [{ command: "ls\n  -l", description: "list" }, "cmd=ls -l desc=list"],
  [{ file_path: "/a", content: "x\n\ny" }, "path=/a content_len=4 content=x y"],
  [{ filePath: "/a", edits: [1, 2] }, "path=/a edits=2"],
  [{ action: "add", path: "p", paths: ["a"], cmd: "c", pattern: "*" }, "action=add path=p paths=1 cmd=c pattern=*"],
  [{ query: "how", subagent_name: "scout" }, "pattern=how agent=scout"],
  [{ content: "  " }, "content_len=2"],
  [{ op: 3, path: true }, "action=3 path=true"],
  [{ description: "d".repeat(161) }, `desc=${"d".repeat(159)}…`],
  [{ description: "d".repeat(160) }, `desc=${"d".repeat(160)}`],
  [{ other: 1 }, ""],
  ["text", ""],
  [null, ""],
])("a tool's arguments in a line: %j", (input, expected) => {
  expect(toolSummary(input)).toBe(expected);
});

test.each([
  ["120", 1120],
  [90, 1090],
  ["Sat, 21 Nov 2026 09:47:16 GMT", 1_795_254_436],
  ["soon", null],
  ["", null],
  [null, null],
])("Retry-After %p", (value, expected) => {
  expect(retryAfter(value, 1000)).toBe(expected);
});

test.each([
  [1_795_257_899, 1_795_257_899],
  [0, 0],
  [-1, null],
  [1_795_257_899_000, null],
  [1e300, null],
  [Number.NaN, null],
  [null, null],
])("a reset at %p is %p", (value, expected) => {
  expect(resetTime(value)).toBe(expected);
});
