import type { ResolvedAgent } from "../config/schema.ts";
import { hasPhrase } from "./phrases.ts";
import type { Runner, RunnerProgram, RunnerRequest } from "./runner.ts";
import { OPENCODE_SESSION, OpencodeDialect } from "./stream/dialects/opencode.ts";
import { jsonLines } from "./stream/parser.ts";

/** opencode. */
export function opencode(settings: Pick<ResolvedAgent, "opencode_bin">): Runner {
  const program = (request: RunnerRequest): RunnerProgram => ({ argv: [settings.opencode_bin, ...flags(request)], stdin: request.prompt });
  return {
    displayName: "Opencode",
    program: settings.opencode_bin,
    defaultModel: "zai-coding-plan/glm-4.7",
    reportsEnd: true,
    keepsSessionId: true,
    sessionIdPattern: OPENCODE_SESSION,
    command: program,
    resume: program,
    createParser: ({ now }) => jsonLines(new OpencodeDialect(now)),
    isUnknownSession: ({ output }) => hasPhrase(output, "session not found") || isRefusedByOldForm(output),
  };
}

function flags({ sessionId, model, effort, options }: RunnerRequest): string[] {
  return [
    "run",
    ...(sessionId === null ? [] : ["-s", sessionId]),
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
function isRefusedByOldForm(output: string): boolean {
  const isSchemaError = hasPhrase(output, "zoderror") && hasPhrase(output, "sessionid");
  const namesForm = (hasPhrase(output, "must start with") && hasPhrase(output, "ses")) || hasPhrase(output, "invalid_format");
  return isSchemaError && namesForm;
}
