import type { ResolvedAgent } from "../config/schema.ts";
import { hasPhrase } from "./phrases.ts";
import type { Runner, RunnerRequest } from "./runner.ts";
import { ClaudeDialect } from "./stream/dialects/claude.ts";
import { jsonLines } from "./stream/parser.ts";
import { isSessionId } from "./stream/session-id.ts";

type ClaudeSettings = Pick<ResolvedAgent, "claude_bin" | "claude_permission_mode">;

const UNKNOWN_SESSION = ["no conversation found with session id", "--resume requires a valid session id", "not a valid uuid"];

/** Anthropic Claude Code. */
export function claude(settings: ClaudeSettings): Runner {
  return {
    id: "claude",
    displayName: "Anthropic Claude Code",
    provider: "Anthropic",
    program: settings.claude_bin,
    programSetting: "agent.claude_bin",
    defaultModel: "sonnet",
    models: null,
    supportsEffort: true,
    supportsResume: true,
    supportedOptions: { verbose: true, sandbox: false, autoEdits: true, safe: true, planMode: true },
    reportsEnd: true,
    keepsSessionId: true,
    // A call that is killed before its first event can be continued all the same.
    newSessionId: () => crypto.randomUUID(),
    acceptsSessionId: isSessionId,
    command: (request) => ({ argv: [settings.claude_bin, ...flags(request, settings)], stdin: message(request), env: {} }),
    createParser: () => jsonLines(new ClaudeDialect()),
    invalidSession: (output) => UNKNOWN_SESSION.some((phrase) => hasPhrase(output, phrase)),
  };
}

function message({ call }: RunnerRequest): string {
  return call.kind === "prompt" ? call.prompt : call.message;
}

function flags(request: RunnerRequest, settings: ClaudeSettings): string[] {
  const { call, model, effort } = request;
  return [
    ...(call.kind === "resume" ? ["--resume", call.sessionId] : []),
    // Streaming JSON needs it, whatever the verbosity asked for.
    "--verbose",
    "-p",
    "--model",
    model,
    ...permissions(request, settings),
    "--output-format",
    "stream-json",
    ...(effort === null ? [] : ["--effort", effort]),
    ...(call.kind === "prompt" && call.sessionId !== null ? ["--session-id", call.sessionId] : []),
  ];
}

function permissions({ options }: RunnerRequest, settings: ClaudeSettings): string[] {
  const mode = (name: string) => ["--permission-mode", name];
  const careful = options.approval_mode === "safe" ? ["--permission-prompts", "none"] : [];
  if (options.plan_mode === "enabled") return [...mode("plan"), ...careful];
  switch (options.approval_mode) {
    case "yolo":
      return mode("bypassPermissions");
    case "auto_edits":
      return mode("acceptEdits");
    case "safe":
      return [...mode("default"), ...careful];
    case "default":
      return mode(settings.claude_permission_mode === "bypass_permissions" ? "bypassPermissions" : "acceptEdits");
  }
}
