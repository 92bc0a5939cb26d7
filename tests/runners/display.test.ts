import { expect, test } from "bun:test";
import { displayLines, statusTone } from "../../src/runners/display.ts";
import type { RunnerEvent } from "../../src/runners/event.ts";

test.each([
  [{ type: "text", text: "Two\nlines" }, ["Two", "lines"]],
  [{ type: "raw", text: "as it came" }, ["as it came"]],
  [{ type: "reasoning", text: "First\nsecond" }, ["[Reasoning] First", "second"]],
  [{ type: "tool_call", name: "Bash", summary: "cmd=ls" }, ["[Tool] Bash cmd=ls"]],
  [{ type: "tool_call", name: "Bash", summary: "" }, ["[Tool] Bash"]],
  [{ type: "tool_call", name: "docs.find", summary: "pattern=x", status: "completed" }, ["[Tool] docs.find (completed) pattern=x"]],
  [{ type: "tool_call", name: "x", summary: "(running) path=a" }, ["[Tool] x (running) path=a"]],
  [{ type: "tool_result", name: "Bash", status: "error" }, ["[Tool] Bash (error)"]],
  [{ type: "command", command: "ls -l", status: "completed (exit 0)" }, ["[Command] ls -l (completed (exit 0))"]],
  [{ type: "command", command: "a\n  b" }, ["[Command] a b"]],
  [{ type: "error", text: "out of luck" }, ["[Error] out of luck"]],
  [{ type: "error", text: "  " }, []],
  [{ type: "warning", text: "again" }, ["[Warning] again"]],
  [{ type: "permission_denied", tool: "Bash" }, ["[Permission denied: Bash]"]],
  [{ type: "usage_limit", resets_at: 1_795_257_899 }, ["[Warning] The usage limit is reached; it is reset at 2026-11-21T10:44:59Z."]],
  [{ type: "usage_limit", resets_at: null }, ["[Warning] The usage limit is reached."]],
  [{ type: "session", id: "x" }, []],
  [{ type: "final", text: "shown before" }, []],
  [{ type: "end", ok: true }, []],
] satisfies [RunnerEvent, string[]][])("%j", (event, expected) => {
  expect(displayLines(event)).toEqual(expected);
});

test.each([
  ["completed (exit 0)", "good"],
  ["completed (exit 3)", "bad"],
  ["exit 0", "good"],
  ["Failed", "bad"],
  ["cancelled", "bad"],
  ["in_progress", "busy"],
  ["started", "busy"],
  ["success", "good"],
  ["done", "good"],
  ["whatever", "plain"],
] as const)("the status %s is %s", (status, tone) => {
  expect(statusTone(status)).toBe(tone);
});
