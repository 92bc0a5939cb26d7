import type { ResolvedAgent } from "../config/schema.ts";
import { hasPhrase } from "./phrases.ts";
import type { Runner, RunnerRequest } from "./runner.ts";
import type { RunnerOptions } from "./settings/options.ts";
import { CodexDialect } from "./stream/dialects/codex.ts";
import { jsonLines } from "./stream/parser.ts";
import { isUuid } from "./stream/session-id.ts";

const MODELS = ["openai-codex/gpt-5.5", "openai-codex/gpt-5.4", "gpt-5.4", "gpt-5.3-codex", "gpt-5.3-codex-spark", "gpt-5.3"];

/** OpenAI Codex CLI. */
export function codex(settings: Pick<ResolvedAgent, "codex_bin">): Runner {
  return {
    id: "codex",
    displayName: "OpenAI Codex CLI",
    provider: "OpenAI",
    program: settings.codex_bin,
    programSetting: "agent.codex_bin",
    defaultModel: "openai-codex/gpt-5.4",
    models: MODELS,
    supportsEffort: true,
    supportsResume: true,
    supportedOptions: { verbose: false, sandbox: true, autoEdits: false, safe: false, planMode: false },
    reportsEnd: true,
    keepsSessionId: true,
    newSessionId: () => null,
    // Anything else is taken as the name of a thread, and an unknown name begins a new one without a word.
    acceptsSessionId: isUuid,
    command: (request) => ({ argv: [settings.codex_bin, ...flags(request)], stdin: message(request), env: {} }),
    createParser: (now) => jsonLines(new CodexDialect(now)),
    invalidSession: (output) => hasPhrase(output, "no rollout found for thread id"),
  };
}

function message({ call }: RunnerRequest): string {
  return call.kind === "prompt" ? call.prompt : call.message;
}

function flags({ call, model, effort, options }: RunnerRequest): string[] {
  return [
    ...sandbox(options),
    "exec",
    ...(call.kind === "resume" ? ["resume", call.sessionId] : []),
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
