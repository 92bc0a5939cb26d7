import { type Asked, type Dialect, type Json, option } from "./dialect.ts";

const USAGE = { input_tokens: 11, cache_creation_input_tokens: 2, cache_read_input_tokens: 3, output_tokens: 5 };

function assistant({ session }: Asked, content: Json, more: Json = {}): Json {
  const message = { id: "msg_1", type: "message", role: "assistant", model: "m", content: [content], stop_reason: null, usage: USAGE };
  return { type: "assistant", message, parent_tool_use_id: null, session_id: session, ...more };
}

function toolResult({ session }: Asked, content: string, isError: boolean): Json {
  const result = { tool_use_id: "toolu_1", type: "tool_result", content, is_error: isError };
  return { type: "user", message: { role: "user", content: [result] }, parent_tool_use_id: null, session_id: session };
}

function result({ session }: Asked, more: Json): Json {
  return {
    type: "result",
    subtype: "success",
    is_error: false,
    duration_ms: 550,
    num_turns: 1,
    session_id: session,
    total_cost_usd: 0.0002,
    usage: USAGE,
    permission_denials: [],
    ...more,
  };
}

/** An answer the program makes up itself, and the end of the turn with it. */
function apiError(asked: Asked, text: string, status: number): Json[] {
  const marks = { is_api_error_message: true, api_error_status: status };
  return [
    assistant(asked, { type: "text", text }, marks),
    result(asked, { is_error: true, terminal_reason: "api_error", api_error_status: status, result: text }),
  ];
}

export const claude: Dialect = {
  id: "claude",
  setting: "claude_bin",
  called: "Anthropic Claude Code",
  ask(args) {
    const resumed = option(args, "--resume");
    return { resumed, session: resumed ?? option(args, "--session-id") ?? crypto.randomUUID(), model: option(args, "--model") ?? "" };
  },
  begin: ({ session, model }) => [
    { type: "system", subtype: "init", cwd: process.cwd(), session_id: session, model, permissionMode: "acceptEdits" },
  ],
  say: (asked, text) => [assistant(asked, { type: "text", text })],
  use(asked, { kind, subject, output, exitCode }) {
    const call = kind === "write" ? { name: "Write", input: { file_path: subject } } : { name: "Bash", input: { command: subject } };
    return [assistant(asked, { type: "tool_use", id: "toolu_1", ...call }), toolResult(asked, output, exitCode !== 0)];
  },
  denied: (asked, tool) => [
    assistant(asked, { type: "tool_use", id: "toolu_1", name: tool, input: {} }),
    { type: "system", subtype: "permission_denied", tool_name: tool, tool_use_id: "toolu_1", session_id: asked.session },
    toolResult(asked, `Claude requested permissions to use ${tool}, but you haven't granted it yet.`, true),
  ],
  limit: (asked, resetsAt) => [
    { type: "rate_limit_event", rate_limit_info: { status: "rejected", resetsAt, rateLimitType: "five_hour" }, session_id: asked.session },
    ...apiError(asked, "You've hit your limit · resets 10:44am (UTC)", 429),
  ],
  refused(asked, why) {
    const status = why === "unauthorised" ? 401 : 503;
    const retry = { type: "system", subtype: "api_retry", attempt: 1, max_retries: 1, retry_delay_ms: 611, error_status: status };
    const text = why === "unauthorised" ? "Invalid API key · Fix external API key" : "API Error: 503 Service Unavailable";
    return [{ ...retry, session_id: asked.session }, ...apiError(asked, text, status)];
  },
  end: (asked, ok, answer) =>
    ok ? result(asked, { result: answer }) : result(asked, { is_error: true, subtype: "error_during_execution", errors: ["It broke."] }),
};
