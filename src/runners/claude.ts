import type { ResolvedAgent } from "../config/schema.ts";
import { hasPhrase } from "./phrases.ts";
import type { Runner, RunnerProgram, RunnerRequest } from "./runner.ts";
import { ClaudeDialect } from "./stream/dialects/claude.ts";
import { jsonLines } from "./stream/parser.ts";

type ClaudeSettings = Pick<ResolvedAgent, "claude_bin" | "claude_permission_mode">;

const UNKNOWN_SESSION = ["no conversation found with session id", "--resume requires a valid session id", "not a valid uuid"];

/** Anthropic Claude Code. */
export function claude(settings: ClaudeSettings): Runner {
  const program = (request: RunnerRequest): RunnerProgram => ({
    argv: [settings.claude_bin, ...flags(request, settings)],
    stdin: request.prompt,
  });
  return {
    displayName: "Anthropic Claude Code",
    program: settings.claude_bin,
    defaultModel: "sonnet",
    supportedOptions: {
      verbosity: ["verbose"],
      approval_mode: ["auto_edits", "safe"],
      plan_mode: ["enabled", "disabled"],
    },
    reportsEnd: true,
    keepsSessionId: true,
    // A call that is killed before its first event can be continued all the same.
    newSessionId: () => crypto.randomUUID(),
    command: program,
    resume: program,
    createParser: () => jsonLines(new ClaudeDialect()),
    isUnknownSession: ({ output }) => UNKNOWN_SESSION.some((phrase) => hasPhrase(output, phrase)),
  };
}

function flags(request: RunnerRequest, settings: ClaudeSettings): string[] {
  const { sessionId, newSessionId, model, effort } = request;
  return [
    ...(sessionId === null ? [] : ["--resume", sessionId]),
    // Streaming JSON needs it, whatever the verbosity asked for.
    "--verbose",
    "-p",
    "--model",
    model,
    ...permissions(request, settings),
    "--output-format",
    "stream-json",
    ...(effort === null ? [] : ["--effort", effort]),
    ...(newSessionId === null ? [] : ["--session-id", newSessionId]),
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
