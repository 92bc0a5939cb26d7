import type { ResolvedAgent } from "../config/schema.ts";
import { hasPhrase } from "./phrases.ts";
import type { Runner, RunnerProgram, RunnerRequest } from "./runner.ts";
import type { RunnerOptions } from "./settings/options.ts";
import { CodexDialect } from "./stream/dialects/codex.ts";
import { jsonLines } from "./stream/parser.ts";
import { UUID } from "./stream/session-id.ts";

const MODELS = ["openai-codex/gpt-5.5", "openai-codex/gpt-5.4", "gpt-5.4", "gpt-5.3-codex", "gpt-5.3-codex-spark", "gpt-5.3"];

/** OpenAI Codex CLI. */
export function codex(settings: Pick<ResolvedAgent, "codex_bin">): Runner {
  const program = (request: RunnerRequest): RunnerProgram => ({ argv: [settings.codex_bin, ...flags(request)], stdin: request.prompt });
  return {
    displayName: "OpenAI Codex CLI",
    program: settings.codex_bin,
    models: MODELS,
    defaultModel: "openai-codex/gpt-5.4",
    supportedOptions: { sandbox: ["enabled", "disabled"] },
    reportsEnd: true,
    keepsSessionId: true,
    // Anything else is taken as the name of a thread, and an unknown name begins a new one without a word.
    sessionIdPattern: UUID,
    command: program,
    resume: program,
    createParser: ({ now }) => jsonLines(new CodexDialect(now)),
    isUnknownSession: ({ output }) => hasPhrase(output, "no rollout found for thread id"),
  };
}

function flags({ sessionId, model, effort, options }: RunnerRequest): string[] {
  return [
    ...sandbox(options),
    "exec",
    ...(sessionId === null ? [] : ["resume", sessionId]),
    "--json",
    "--model",
    model.startsWith("openai-codex/") ? model.slice("openai-codex/".length) : model,
    ...(effort === null ? [] : ["-c", `model_reasoning_effort="${effort}"`]),
    // A login shell may set PATH anew (Debian's /etc/profile does), and then the agent finds no `cueloop`.
    "-c",
    "allow_login_shell=false",
    "-",
  ];
}

/** Codex asks nobody in `exec`; what it may touch is decided by the sandbox alone, so a careful approval mode never takes it away. */
function sandbox({ sandbox: wanted, approval_mode: approval }: RunnerOptions): string[] {
  if (wanted === "default") return [];
  const isOpen = wanted === "disabled" && approval !== "safe";
  return isOpen ? ["--dangerously-bypass-approvals-and-sandbox"] : ["--sandbox", "workspace-write"];
}
