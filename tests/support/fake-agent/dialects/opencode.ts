import { type Asked, type Dialect, type Json, option } from "./dialect.ts";

const TOKENS = { total: 16, input: 8, output: 5, reasoning: 0, cache: { write: 0, read: 3 } };

function event({ session }: Asked, type: string, part: Json): Json {
  return { type, sessionID: session, part: { id: "prt_1", sessionID: session, type: type.replace("_", "-"), ...part } };
}

function finish(asked: Asked, reason: string): Json {
  return event(asked, "step_finish", { reason, tokens: TOKENS, cost: 0 });
}

/** A step that ends in a tool call is followed by another one. */
function toolStep(asked: Asked, tool: string, state: Json): Json[] {
  return [
    event(asked, "step_start", {}),
    event(asked, "tool_use", { type: "tool", tool, callID: "call_1", state }),
    finish(asked, "tool-calls"),
  ];
}

function failure({ session }: Asked, message: string, statusCode: number, headers: Json = {}): Json {
  const data = { message, statusCode, isRetryable: false, responseHeaders: headers };
  return { type: "error", sessionID: session, error: { name: "APIError", data } };
}

export const opencode: Dialect = {
  id: "opencode",
  setting: "opencode_bin",
  called: "Opencode",
  ask(args) {
    const resumed = option(args, "-s");
    return { resumed, session: resumed ?? `ses_${crypto.randomUUID().replaceAll("-", "")}`, model: option(args, "--model") ?? "" };
  },
  begin: () => [],
  say: (asked, text) => [event(asked, "step_start", {}), event(asked, "text", { text })],
  use(asked, { kind, subject, output, exitCode }) {
    const [tool, input] = kind === "write" ? ["write", { filePath: subject }] : ["bash", { command: subject, description: "A step" }];
    return toolStep(asked, tool, { status: "completed", input, output, metadata: { exit: exitCode } });
  },
  denied: (asked, tool) =>
    toolStep(asked, tool, { status: "error", input: {}, error: "The user rejected permission to use this specific tool call." }),
  limit(asked, resetsAt) {
    const seconds = Math.max(0, resetsAt - Math.floor(Date.now() / 1000));
    return [failure(asked, "Usage limit reached", 429, { "retry-after": String(seconds) })];
  },
  refused: (asked, why) => [why === "unauthorised" ? failure(asked, "invalid key", 401) : failure(asked, "Service Unavailable", 503)],
  end: (asked, ok) => (ok ? finish(asked, "stop") : failure(asked, "It broke.", 400)),
};
