import { type Dialect, type Json, option } from "./dialect.ts";

const completed = (item: Json): Json => ({ type: "item.completed", item: { id: "item_1", ...item } });
const started = (item: Json): Json => ({ type: "item.started", item: { id: "item_1", ...item } });

function command(line: string, status: string, exitCode: number | null, output: string): Json {
  return {
    type: "command_execution",
    command: `/bin/bash -lc ${JSON.stringify(line)}`,
    aggregated_output: output,
    exit_code: exitCode,
    status,
  };
}

export const codex: Dialect = {
  id: "codex",
  setting: "codex_bin",
  called: "OpenAI Codex CLI",
  ask(args) {
    const resumed = option(args, "resume");
    return { resumed, session: resumed ?? crypto.randomUUID(), model: option(args, "--model") ?? "" };
  },
  begin: ({ session }) => [{ type: "thread.started", thread_id: session }, { type: "turn.started" }],
  say: (_asked, text) => [completed({ type: "agent_message", text })],
  use(_asked, { kind, subject, output, exitCode }) {
    if (kind === "write") return [completed({ type: "file_change", changes: [{ path: subject, kind: "add" }], status: "completed" })];
    const status = exitCode === 0 ? "completed" : "failed";
    return [started(command(subject, "in_progress", null, "")), completed(command(subject, status, exitCode, output))];
  },
  // Nothing is asked in `exec`: what the sandbox forbids fails as a command.
  denied: (_asked, tool) => [completed(command(tool, "failed", 1, `${tool}: Read-only file system\n`))],
  limit(_asked, resetsAt) {
    const message = "You’ve hit your usage limit.";
    const seconds = Math.max(0, resetsAt - Math.floor(Date.now() / 1000));
    return [{ type: "turn.failed", error: { message, status: 429, resets_in_seconds: seconds } }];
  },
  refused(_asked, why) {
    const status = why === "unauthorised" ? "401 Unauthorized" : "503 Service Unavailable";
    const message = `unexpected status ${status}: url: http://127.0.0.1:4000/v1/responses`;
    return [
      { type: "error", message: `Reconnecting... 1/5 (${message})` },
      { type: "error", message },
      { type: "turn.failed", error: { message } },
    ];
  },
  end: (_asked, ok) =>
    ok
      ? { type: "turn.completed", usage: { input_tokens: 33, cached_input_tokens: 9, output_tokens: 15 } }
      : { type: "turn.failed", error: { message: "It broke." } },
};
