import type { ProcessOutcome } from "../../base/process.ts";
import { hasPhrase } from "../phrases.ts";
import { type Classification, classifyFailure, type ReportedError } from "./classify.ts";
import type { FailureClass, FailureReason, TurnKind } from "./outcome.ts";

/** What is known of a call when its process is gone. */
export interface TurnFacts {
  readonly runner: {
    readonly displayName: string;
    readonly programSetting: string | null;
    readonly reportsEnd: boolean;
  };
  readonly process: ProcessOutcome;
  /** What the stream said last about the end of the turn; null when nothing. */
  readonly ended: { readonly ok: boolean } | null;
  /** Errors the agent told of as reasons of a failure, oldest first. */
  readonly errors: readonly ReportedError[];
  readonly usageLimit: { readonly resetsAt: number | null } | null;
  /** Tools that were refused. */
  readonly denied: readonly string[];
  readonly stderr: string;
  /** The other session that answered instead of the one to continue. */
  readonly strangeSession: string | null;
}

export interface Verdict {
  readonly kind: TurnKind;
  readonly class: FailureClass | null;
  readonly reason: FailureReason | null;
  readonly message: string;
}

const SUCCESS: Verdict = { kind: "success", class: null, reason: null, message: "" };

/** How a call ended: what we did to it first, then its stream, then its exit. */
export function judgeTurn(facts: TurnFacts): Verdict {
  const { process, runner, ended } = facts;
  const name = runner.displayName;
  switch (process.kind) {
    case "missing_binary":
      return verdict("missing_binary", "needs_user", "missing_binary", missingBinary(facts, process.program));
    case "spawn_failed":
      return verdict("spawn_failed", "permanent", "invalid_invocation", `${name} could not be started: ${process.reason}.`);
    case "interrupted":
      return verdict("interrupted", "permanent", "fatal_exit", `${name} was stopped.`);
    case "timeout":
      // It had said that its turn was over and only stayed.
      if (ended?.ok === true) return SUCCESS;
      return timeout(name, process.limit, process.limitMs);
    case "signaled":
      if (facts.usageLimit !== null) return usageLimit(name);
      return verdict("signaled", "permanent", "fatal_exit", `${name} was ended by ${process.signal}.${evidence(facts)}`);
    case "ended":
      if (facts.strangeSession !== null) return lostSession(name);
      return ended?.ok === true ? SUCCESS : byStream(facts);
    case "exited":
      if (process.code !== 0) return failed(facts, `${name} exited with code ${process.code}.`);
      if (facts.strangeSession !== null) return lostSession(name);
      return ended?.ok === true || (ended === null && !runner.reportsEnd && facts.usageLimit === null) ? SUCCESS : byStream(facts);
  }
}

/** The program ended quietly, or was ended by us after its last event. */
function byStream(facts: TurnFacts): Verdict {
  const name = facts.runner.displayName;
  if (facts.ended !== null) return failed(facts, `${name} reports that its turn failed.`);
  if (facts.usageLimit !== null) return usageLimit(name);
  if (facts.denied.length > 0) {
    const tools = [...new Set(facts.denied)].join(", ");
    const text = `${name} stopped because it was not allowed to use ${tools}. Allow it in the agent's own settings, or with approval_mode.`;
    return verdict("other", "needs_user", "setup", text);
  }
  const { class: failureClass, reason } = classifyFailure(facts.errors, facts.stderr);
  const text = `Incomplete output: ${name} exited with code 0 without saying that its turn was over.${evidence(facts)}`;
  return verdict("other", failureClass, reason, text);
}

function failed(facts: TurnFacts, what: string): Verdict {
  if (facts.usageLimit !== null) return usageLimit(facts.runner.displayName);
  const found: Classification = classifyFailure(facts.errors, facts.stderr);
  return verdict("failed", found.class, found.reason, `${what}${planLimit(facts, found)}${evidence(facts)}`);
}

/**
 * Some agents tell of a used-up plan in their words only, without a field that could be relied on:
 * it is tried again like any rate limit, and the message to the person names it.
 */
function planLimit({ errors, runner }: TurnFacts, found: Classification): string {
  const isTold = found.reason === "rate_limit" && hasPhrase(errors.at(-1)?.text ?? "", "hit your usage limit");
  return isTold ? ` ${runner.displayName} reports that the limit of your plan is reached.` : "";
}

function usageLimit(name: string): Verdict {
  return verdict("usage_limit", "retryable", "rate_limit", `${name} has reached its usage limit.`);
}

/** The program ended quietly though it does not know the session it was to continue. */
export function refusedSession(name: string): Verdict {
  return verdict("other", "permanent", "fatal_exit", `Semantic failure with zero exit status: ${name} rejected the session id.`);
}

function lostSession(name: string): Verdict {
  return verdict("other", "permanent", "fatal_exit", `${name} began a new session instead of continuing the one it was given.`);
}

function timeout(name: string, limit: "total" | "idle", limitMs: number): Verdict {
  const time = durationText(limitMs);
  if (limit === "idle") return verdict("timeout", "retryable", "idle", `${name} was ended: it wrote nothing for ${time} (idle limit).`);
  return verdict("timeout", "permanent", "turn_limit", `${name} was ended: its turn took longer than ${time} (turn limit).`);
}

function missingBinary({ runner }: TurnFacts, program: string): string {
  const setting = runner.programSetting === null ? "" : `, or name another program in \`${runner.programSetting}\``;
  return `The program ${program} was not found. Install it${setting}.`;
}

/** The last error the agent told of, else the last line it wrote to standard error. */
function evidence({ errors, stderr }: TurnFacts): string {
  const lastLine = Bun.stripANSI(stderr)
    .split("\n")
    .findLast((line) => line.trim() !== "");
  const text = (errors.at(-1)?.text ?? lastLine ?? "").trim();
  return text === "" ? "" : ` It says: ${text.length > 500 ? `${text.slice(0, 497)}...` : text}`;
}

function durationText(ms: number): string {
  if (ms >= 60_000 && ms % 60_000 === 0) return `${ms / 60_000} min`;
  return ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`;
}

function verdict(kind: TurnKind, failureClass: FailureClass, reason: FailureReason, message: string): Verdict {
  return { kind, class: failureClass, reason, message };
}
