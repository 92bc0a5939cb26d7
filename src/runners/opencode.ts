import type { ResolvedAgent } from "../config/schema.ts";
import { hasPhrase } from "./phrases.ts";
import type { Runner, RunnerRequest } from "./runner.ts";
import { isOpencodeSession, OpencodeDialect } from "./stream/dialects/opencode.ts";
import { jsonLines } from "./stream/parser.ts";

/** opencode. */
export function opencode(settings: Pick<ResolvedAgent, "opencode_bin">): Runner {
  return {
    id: "opencode",
    displayName: "Opencode",
    provider: "Flexible",
    program: settings.opencode_bin,
    programSetting: "agent.opencode_bin",
    defaultModel: "zai-coding-plan/glm-4.7",
    models: null,
    supportsEffort: true,
    supportsResume: true,
    supportedOptions: { verbose: false, sandbox: false, autoEdits: false, safe: false, planMode: false },
    reportsEnd: true,
    keepsSessionId: true,
    newSessionId: () => null,
    acceptsSessionId: isOpencodeSession,
    command: (request) => ({ argv: [settings.opencode_bin, ...flags(request)], stdin: message(request), env: {} }),
    createParser: (now) => jsonLines(new OpencodeDialect(now)),
    invalidSession: (output) => hasPhrase(output, "session not found") || isRefusedByOldForm(output),
  };
}

function message({ call }: RunnerRequest): string {
  return call.kind === "prompt" ? call.prompt : call.message;
}

function flags({ call, model, effort, options }: RunnerRequest): string[] {
  return [
    "run",
    ...(call.kind === "resume" ? ["-s", call.sessionId] : []),
    "--model",
    model,
    "--format",
    "json",
    ...(effort === null ? [] : ["--variant", effort]),
    // Without it, what would be asked is refused.
    ...(options.approval_mode === "yolo" ? ["--auto"] : []),
  ];
}

/** Older versions answer a foreign session id with a schema error, and exit with 0. */
export function isRefusedByOldForm(output: string): boolean {
  const isSchemaError = hasPhrase(output, "zoderror") && hasPhrase(output, "sessionid");
  const namesForm = (hasPhrase(output, "must start with") && hasPhrase(output, "ses")) || hasPhrase(output, "invalid_format");
  return isSchemaError && namesForm;
}
