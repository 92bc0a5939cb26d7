import { expect, test } from "bun:test";
import type { RunnerEvent } from "../../../src/runners/event.ts";
import { ClaudeDialect } from "../../../src/runners/stream/dialects/claude.ts";
import { CodexDialect } from "../../../src/runners/stream/dialects/codex.ts";
import { OpencodeDialect } from "../../../src/runners/stream/dialects/opencode.ts";
import { jsonLines } from "../../../src/runners/stream/parser.ts";
import { eventsOf, recording } from "../events.ts";

const PARSERS = {
  claude: () => jsonLines(new ClaudeDialect()),
  codex: () => jsonLines(new CodexDialect(() => 1_795_254_000)),
  opencode: () => jsonLines(new OpencodeDialect(() => 1_795_254_000)),
};

const CLAUDE_SESSION = "11111111-2222-4333-8444-555555555555";
const CODEX_SESSION = "01a1fd7d-b66f-7f83-a29f-85f9d9f37d58";
const OPENCODE_SESSION = "ses_e02823aa9ffeSC8s0s75wAiNUc";
const METADATA = "Model metadata for `gpt-5.4` not found. Defaulting to fallback metadata; this can degrade performance and cause issues.";
const UNAUTHORISED = "unexpected status 401 Unauthorized: invalid key, url: http://127.0.0.1:4000/v1/responses";
const USAGE_LIMIT =
  "You’ve hit your usage limit. Upgrade to Pro (https://chatgpt.com/explore/pro), visit https://chatgpt.com/settings/usage to purchase more credits or try again at 10:48 AM.";
const WRITE = "/bin/bash -lc \"mkdir -p '/w/shop' && printf %s 'hi\n' > '/w/shop/hello.txt'\"";
const ECHO = "/bin/bash -lc 'echo ran; cat hello.txt'";
const STEP = { type: "usage", input_tokens: 11, output_tokens: 5, cache_read_tokens: 3, cost: 0, cumulative: false } as const;

const CASES: [keyof typeof PARSERS, string, RunnerEvent[]][] = [
  [
    "claude",
    "tools",
    [
      { type: "session", id: CLAUDE_SESSION },
      { type: "tool_call", name: "Write", summary: "path=/w/shop/hello.txt content_len=3 content=hi" },
      { type: "tool_call", name: "Bash", summary: "cmd=echo ran; cat hello.txt desc=A step of the script" },
      { type: "text", text: "All done." },
      { type: "final", text: "All done." },
      { type: "usage", input_tokens: 48, output_tokens: 15, cache_read_tokens: 9, cost: 0.0002319, cumulative: false },
      { type: "end", ok: true },
    ],
  ],
  [
    "claude",
    "denied",
    [
      { type: "session", id: "e96f57be-bb6e-40a3-92d9-4138bd16829b" },
      { type: "tool_call", name: "Bash", summary: "cmd=git commit --allow-empty -m x desc=A step of the script" },
      { type: "permission_denied", tool: "Bash" },
      { type: "text", text: "ok" },
      { type: "final", text: "ok" },
      { type: "usage", input_tokens: 32, output_tokens: 10, cache_read_tokens: 6, cost: 0.0001546, cumulative: false },
      { type: "end", ok: true },
    ],
  ],
  [
    "claude",
    "unauthorised",
    [
      { type: "session", id: "3e9bcc73-6055-447f-9069-58eff9a764eb" },
      { type: "warning", text: "The model did not answer (status 401); the agent tries again in 1 s, 1 of 1." },
      { type: "error", text: "Invalid API key · Fix external API key", status: 401 },
      { type: "end", ok: false },
    ],
  ],
  [
    "claude",
    "usage-limit",
    [
      { type: "session", id: "d6396b6b-a6ad-4a47-bc46-cd68e954e3ae" },
      { type: "usage_limit", resets_at: 1795257899 },
      { type: "error", text: "You've hit your limit · resets 10:44am (UTC)", status: 429 },
      { type: "end", ok: false },
    ],
  ],
  [
    "claude",
    "interrupted",
    [
      { type: "session", id: "d9677fdc-0ae1-45c5-9d2f-1798b0c2c8d4" },
      { type: "error", text: "[ede_diagnostic] result_type=user last_content_type=n/a stop_reason=null" },
      { type: "end", ok: false },
    ],
  ],
  [
    "claude",
    "unknown-session",
    [
      { type: "error", text: "No conversation found with session ID: 99999999-2222-4333-8444-555555555555" },
      { type: "end", ok: false },
    ],
  ],
  [
    "codex",
    "tools",
    [
      { type: "session", id: CODEX_SESSION },
      { type: "error", text: METADATA, transient: true },
      { type: "command", command: WRITE, status: "in_progress" },
      { type: "command", command: WRITE, status: "completed (exit 0)" },
      { type: "command", command: ECHO, status: "in_progress" },
      { type: "command", command: ECHO, status: "completed (exit 0)" },
      { type: "text", text: "All done.\n" },
      { type: "usage", input_tokens: 33, output_tokens: 15, cache_read_tokens: 9, cumulative: true },
      { type: "end", ok: true },
      { type: "final", text: "All done." },
    ],
  ],
  [
    "codex",
    "continued",
    [
      { type: "session", id: CODEX_SESSION },
      { type: "error", text: METADATA, transient: true },
      { type: "text", text: "Reply to: -go on\n" },
      { type: "usage", input_tokens: 44, output_tokens: 20, cache_read_tokens: 12, cumulative: true },
      { type: "end", ok: true },
      { type: "final", text: "Reply to: -go on" },
    ],
  ],
  [
    "codex",
    "unauthorised",
    [
      { type: "session", id: "01a1fd7e-ca1e-7cc2-aa7b-57fdf9f1e394" },
      { type: "error", text: METADATA, transient: true },
      ...[1, 2, 3, 4, 5].map((n): RunnerEvent => ({ type: "error", text: `Reconnecting... ${n}/5 (${UNAUTHORISED})`, transient: true })),
      { type: "error", text: UNAUTHORISED },
      { type: "end", ok: false },
    ],
  ],
  [
    "codex",
    "usage-limit",
    [
      { type: "session", id: "01a1fd82-3db7-7de1-983c-cb988ed12d8f" },
      { type: "error", text: METADATA, transient: true },
      { type: "error", text: USAGE_LIMIT },
      { type: "end", ok: false },
    ],
  ],
  [
    "opencode",
    "tools",
    [
      { type: "session", id: OPENCODE_SESSION },
      { type: "tool_call", name: "write", summary: "path=/w/shop/hello.txt content_len=3 content=hi", status: "completed" },
      STEP,
      { type: "tool_call", name: "bash", summary: "cmd=echo ran; cat hello.txt desc=A step of the script", status: "completed" },
      STEP,
      { type: "text", text: "All done." },
      STEP,
      { type: "end", ok: true },
      { type: "final", text: "All done." },
    ],
  ],
  [
    "opencode",
    "refused",
    [
      { type: "session", id: "ses_e027e8a51ffe9jGNwbSFcv4Irw" },
      { type: "tool_call", name: "write", summary: "path=/w/outside.txt content_len=1 content=x", status: "error" },
      { type: "permission_denied", tool: "write" },
      STEP,
    ],
  ],
  [
    "opencode",
    "unauthorised",
    [
      { type: "session", id: "ses_e027f46b3ffemDQYcZNCGj42sJ" },
      { type: "error", text: "invalid key", status: 401, retryable: false },
      { type: "end", ok: false },
    ],
  ],
];

test.each(CASES)("%s, %s", async (runner, name, expected) => {
  expect(eventsOf(PARSERS[runner](), await recording(`${runner}-${name}`))).toEqual(expected);
});

test.each(CASES)("%s, %s: the same events wherever the bytes are cut", async (runner, name, expected) => {
  const bytes = await recording(`${runner}-${name}`);
  const want = JSON.stringify(expected);
  const different: number[] = [];
  for (let at = 1; at < bytes.length; at += 1) {
    const events = eventsOf(PARSERS[runner](), bytes.subarray(0, at), bytes.subarray(at));
    if (JSON.stringify(events) !== want) different.push(at);
  }
  expect(different).toEqual([]);
});

test.each(CASES)("%s, %s: the last line needs no line end", async (runner, name, expected) => {
  const bytes = await recording(`${runner}-${name}`);
  expect(eventsOf(PARSERS[runner](), bytes.subarray(0, -1))).toEqual(expected);
});
