import { expect, test } from "bun:test";
import type { RunnerEvent } from "../../../src/runners/event.ts";
import { AnyDialect } from "../../../src/runners/stream/dialects/any.ts";
import { ClaudeDialect } from "../../../src/runners/stream/dialects/claude.ts";
import { CodexDialect } from "../../../src/runners/stream/dialects/codex.ts";
import { CursorDialect } from "../../../src/runners/stream/dialects/cursor.ts";
import { GeminiDialect } from "../../../src/runners/stream/dialects/gemini.ts";
import { KimiDialect } from "../../../src/runners/stream/dialects/kimi.ts";
import { OpencodeDialect } from "../../../src/runners/stream/dialects/opencode.ts";
import { PiDialect } from "../../../src/runners/stream/dialects/pi.ts";
import { type Dialect, jsonLines } from "../../../src/runners/stream/parser.ts";
import { bytesOf, eventsOf } from "../events.ts";

const NOW = 1_795_254_000;

function read(dialect: Dialect, ...events: readonly unknown[]): RunnerEvent[] {
  return eventsOf(jsonLines(dialect), bytesOf(...events));
}

const say = (text: string) => ({ type: "assistant", message: { content: [{ type: "text", text }] } });

test("claude: thinking, a result that differs from what was said, denials told once", () => {
  const denial = { tool_name: "Bash", tool_use_id: "t1" };
  const events = read(
    new ClaudeDialect(),
    {
      type: "assistant",
      message: {
        content: [
          { type: "thinking", thinking: "hm" },
          { type: "text", text: "A" },
        ],
      },
    },
    { type: "system", subtype: "permission_denied", ...denial },
    { type: "result", is_error: false, result: "B", permission_denials: [denial, { tool_name: "Edit", tool_use_id: "t2" }] },
  );
  expect(events).toEqual([
    { type: "reasoning", text: "hm" },
    { type: "text", text: "A" },
    { type: "permission_denied", tool: "Bash" },
    { type: "text", text: "B" },
    { type: "final", text: "B" },
    { type: "permission_denied", tool: "Edit" },
    { type: "end", ok: true },
  ]);
});

test("claude: a failed tool is shown, a sub-agent's words are not the answer", () => {
  const events = read(
    new ClaudeDialect(),
    { type: "assistant", message: { content: [{ type: "tool_use", id: "t1", name: "Bash", input: { command: "false" } }] } },
    { type: "user", message: { content: [{ type: "tool_result", tool_use_id: "t1", is_error: true, content: "no" }] } },
    say("mine"),
    { ...say("the sub-agent's"), parent_tool_use_id: "t9" },
  );
  expect(events.filter((event) => event.type === "tool_result")).toEqual([{ type: "tool_result", name: "Bash", status: "error" }]);
  expect(events.at(-1)).toEqual({ type: "final", text: "mine" });
});

test("claude: tokens of older versions come from usage, with the cost", () => {
  const usage = { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 2, cache_creation_input_tokens: 1 };
  expect(read(new ClaudeDialect(), { type: "result", is_error: false, usage, total_cost_usd: 0.5 })).toEqual([
    { type: "usage", input_tokens: 13, output_tokens: 5, cache_read_tokens: 2, cost: 0.5, cumulative: false },
    { type: "end", ok: true },
  ]);
});

test("codex: every kind of item", () => {
  const item = (fields: object, type = "item.completed") => ({ type, item: fields });
  const events = read(
    new CodexDialect(() => NOW),
    { type: "session.started", id: "old-form" },
    item({ type: "reasoning", text: "hm" }),
    item({ type: "mcp_tool_call", server: "docs", tool: "find", status: "completed", arguments: { query: "x" } }),
    item({ type: "web_search", query: "bun", action: "search" }),
    item({ type: "web_search", query: "bun", action: { type: "open_page" } }),
    item({ type: "collab_tool_call", tool: "ask", status: "completed" }),
    item({ type: "file_change", status: "in_progress", changes: [{ path: "a", kind: "add" }] }, "item.started"),
    item({
      type: "file_change",
      status: "completed",
      changes: [
        { path: "a", kind: "add" },
        { path: "b", kind: "delete" },
      ],
    }),
    item({
      type: "todo_list",
      items: [
        { text: "one", completed: true },
        { text: "two", completed: false },
      ],
    }),
    item({ type: "command_execution", command: "ls", exit_code: 2 }),
    item({ type: "unheard_of" }),
    { type: "unheard.of" },
  );
  expect(events).toEqual([
    { type: "session", id: "old-form" },
    { type: "reasoning", text: "hm" },
    { type: "tool_call", name: "docs.find", summary: "pattern=x", status: "completed" },
    { type: "tool_call", name: "web_search", summary: "query=bun action=search" },
    { type: "tool_call", name: "web_search", summary: "query=bun action=open_page" },
    { type: "tool_call", name: "collab.ask", summary: "", status: "completed" },
    { type: "tool_call", name: "file_change", summary: "action=add path=a", status: "completed" },
    { type: "tool_call", name: "file_change", summary: "action=delete path=b", status: "completed" },
    { type: "tool_call", name: "plan", summary: "[x] one [ ] two" },
    { type: "command", command: "ls", status: "exit 2" },
  ]);
});

test.each([
  [{ type: "turn.failed", error: { message: "m", status: 429, retry_after: 60 } }, NOW + 60],
  [{ type: "turn.failed", error: { message: "m", code: 429 } }, null],
  [{ type: "error", message: "m", status_code: "429", resets_in_seconds: 5 }, NOW + 5],
])("codex: a limit by its field: %j", (event, resets_at) => {
  expect(read(new CodexDialect(() => NOW), event)[0]).toEqual({ type: "usage_limit", resets_at });
});

test.each([
  { type: "turn.failed", error: { message: "429 too many requests" } },
  { type: "item.completed", item: { type: "agent_message", text: "status 429: usage limit" } },
])("codex: prose is no limit: %j", (event) => {
  expect(read(new CodexDialect(() => NOW), event).filter(({ type }) => type === "usage_limit")).toEqual([]);
});

test("opencode: a limit with its reset among the headers; the answer is the last message alone", () => {
  const at = { sessionID: "ses_1" };
  const data = { message: "slow down", statusCode: 429, isRetryable: true, responseHeaders: { "retry-after": "30" } };
  const events = read(
    new OpencodeDialect(() => NOW),
    { type: "step_start", ...at },
    { type: "text", ...at, part: { text: "first" } },
    { type: "step_start", ...at },
    { type: "text", ...at, part: { text: "second " } },
    { type: "text", ...at, part: { text: "half" } },
    { type: "step_start", ...at },
    { type: "error", ...at, error: { name: "APIError", data } },
    { type: "error", sessionID: "nonsense", error: { name: "UnknownError" } },
  );
  expect(events).toEqual([
    { type: "session", id: "ses_1" },
    { type: "text", text: "first" },
    { type: "text", text: "second " },
    { type: "text", text: "half" },
    { type: "usage_limit", resets_at: NOW + 30 },
    { type: "error", text: "slow down", status: 429, retryable: true },
    { type: "end", ok: false },
    { type: "error", text: "UnknownError" },
    { type: "end", ok: false },
    { type: "final", text: "second half" },
  ]);
});

test("gemini: pieces become lines, tools are named by their id", () => {
  const piece = (content: string) => ({ type: "message", role: "assistant", content, delta: true });
  const events = read(
    new GeminiDialect(),
    { type: "init", session_id: "g-1" },
    { type: "message", role: "user", content: "do it" },
    piece("I will "),
    piece("look.\nThen"),
    piece(" act."),
    { type: "tool_use", tool_name: "write_file", tool_id: "t1", parameters: { file_path: "a" } },
    { type: "tool_result", tool_id: "t1", status: "success" },
    { type: "tool_result", tool_id: "t1" },
    piece("Done."),
    { type: "result", status: "error", error: { message: "quota" }, stats: { input_tokens: 9, output_tokens: 3, cached: 1 } },
  );
  expect(events).toEqual([
    { type: "session", id: "g-1" },
    { type: "text", text: "I will look." },
    { type: "text", text: "Then act." },
    { type: "tool_call", name: "write_file", summary: "path=a" },
    { type: "tool_result", name: "write_file", status: "success" },
    { type: "text", text: "Done." },
    { type: "error", text: "quota" },
    { type: "usage", input_tokens: 9, output_tokens: 3, cache_read_tokens: 1, cumulative: false },
    { type: "end", ok: false },
    { type: "final", text: "Done." },
  ]);
});

test("kimi: messages by role", () => {
  const events = read(
    new KimiDialect(),
    {
      role: "assistant",
      content: [
        { type: "think", think: "hm" },
        { type: "text", text: "Reading" },
      ],
      tool_calls: [{ id: "c1", function: { name: "ReadFile", arguments: '{"path":"a"}' } }],
    },
    { role: "tool", tool_call_id: "c1" },
    { role: "tool", tool_call_id: "c1" },
  );
  expect(events).toEqual([
    { type: "reasoning", text: "hm" },
    { type: "text", text: "Reading" },
    { type: "tool_call", name: "ReadFile", summary: "path=a" },
    { type: "tool_result", name: "ReadFile", status: "completed" },
    { type: "tool_result", name: "Tool", status: "completed" },
    { type: "final", text: "Reading" },
  ]);
});

test("pi: a failed message fails the turn", () => {
  const message = (fields: object) => ({ type: "message_end", message: { role: "assistant", content: [], ...fields } });
  const usage = { input: 4, output: 2, cacheRead: 1, cost: { total: 0.1 } };
  const events = read(
    new PiDialect(),
    { type: "session", id: "p-1" },
    { type: "message_update", assistantMessageEvent: { type: "thinking_end", content: "hm" } },
    { type: "tool_execution_start", toolName: "bash", args: { command: "ls" } },
    message({ content: [{ type: "text", text: "So far" }], usage }),
    message({ stopReason: "error", errorMessage: "overloaded" }),
    { type: "agent_end" },
  );
  expect(events).toEqual([
    { type: "session", id: "p-1" },
    { type: "reasoning", text: "hm" },
    { type: "tool_call", name: "bash", summary: "cmd=ls" },
    { type: "text", text: "So far" },
    { type: "usage", input_tokens: 5, output_tokens: 2, cache_read_tokens: 1, cost: 0.1, cumulative: false },
    { type: "error", text: "overloaded" },
    { type: "end", ok: false },
    { type: "final", text: "So far" },
  ]);
});

test("cursor: tools of every form, only its own session ids", () => {
  const call = (subtype: string, tool_call: object) => ({ type: "tool_call", subtype, tool_call });
  const events = read(
    new CursorDialect(),
    { type: "system", subtype: "init", session_id: "agent-1" },
    { type: "status", session_id: "foreign" },
    call("started", { readToolCall: { args: { path: "a" } } }),
    call("completed", { function: { name: "grep", arguments: { pattern: "x" } } }),
    call("running", { mcpToolCall: { args: { providerIdentifier: "docs", toolName: "find", args: { query: "q" } } } }),
    call("failed", { shellToolCall: { args: { command: "ls" } } }),
    { type: "result", is_error: false, result: "Done.", status: "finished" },
  );
  expect(events).toEqual([
    { type: "session", id: "agent-1" },
    { type: "tool_call", name: "read_file", summary: "path=a" },
    { type: "tool_call", name: "grep", summary: "pattern=x", status: "completed" },
    { type: "tool_call", name: "docs.find", summary: "pattern=q" },
    { type: "tool_call", name: "shell", summary: "cmd=ls", status: "failed" },
    { type: "end", ok: true },
    { type: "final", text: "Done." },
  ]);
});

test("a plugin's plain form", () => {
  const events = read(
    new AnyDialect(() => NOW),
    { type: "text", content: "Looking at the tests" },
    { type: "tool_call", name: "write", arguments: { path: "src/a.ts" } },
    { type: "finish", session_id: "relay-7781" },
  );
  expect(events).toEqual([
    { type: "text", text: "Looking at the tests" },
    { type: "tool_call", name: "write", summary: "path=src/a.ts" },
    { type: "session", id: "relay-7781" },
    { type: "end", ok: true },
    { type: "final", text: "Looking at the tests" },
  ]);
});

test.each([
  ["claude", [say("Hi"), { type: "result", is_error: false, result: "Hi", session_id: "x" }]],
  [
    "codex",
    [
      { type: "thread.started", thread_id: "x" },
      { type: "item.completed", item: { type: "agent_message", text: "Hi" } },
      { type: "turn.completed" },
    ],
  ],
  [
    "opencode",
    [
      { type: "text", sessionID: "ses_1", part: { text: "Hi" } },
      { type: "step_finish", part: { reason: "stop" } },
    ],
  ],
  [
    "gemini",
    [
      { type: "message", role: "assistant", content: "Hi" },
      { type: "result", status: "success" },
    ],
  ],
  [
    "pi",
    [{ type: "message_end", message: { role: "assistant", api: "x", content: [{ type: "text", text: "Hi" }] } }, { type: "agent_end" }],
  ],
  ["kimi", [{ role: "assistant", content: [{ type: "text", text: "Hi" }] }]],
] satisfies [string, unknown[]][])("a plugin may speak %s, but names no session by it", (name, lines) => {
  const events = read(new AnyDialect(() => NOW), ...lines);
  expect(events.filter((event) => event.type === "text").map((event) => event.text.trim())).toEqual(["Hi"]);
  expect(events.filter((event) => event.type === "session")).toEqual([]);
  expect(events.findLast((event) => event.type === "final")).toEqual({ type: "final", text: "Hi" });
  expect(events.filter((event) => event.type === "end")).toEqual(name === "kimi" ? [] : [{ type: "end", ok: true }]);
});
