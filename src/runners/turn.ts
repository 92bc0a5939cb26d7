import type { ProcessGroups } from "../base/process.ts";
import type { RepoContext } from "../config/context.ts";
import type { RunnerEvent } from "./event.ts";
import type { Runner } from "./runner.ts";
import type { Effort } from "./settings/effort.ts";
import type { RunnerOptions } from "./settings/options.ts";

/** One call of an agent: the first prompt of a phase, or one more message to its session. */
export interface TurnRequest {
  readonly runner: Runner;
  /** As resolved for the phase. */
  readonly model: string;
  readonly effort: Effort | null;
  readonly options: RunnerOptions;
  readonly call:
    | { readonly kind: "prompt"; readonly prompt: string }
    | { readonly kind: "resume"; readonly sessionId: string; readonly message: string };
  /** Working directory of the agent: the repository root, or the worker's worktree. */
  readonly cwd: string;
  readonly runId: string;
  readonly taskId: string | null;
  /** Absolute path of the running executable; its directory leads the agent's `PATH`. */
  readonly executable: string;
  /** Every event, in order, its texts redacted except the session's id. */
  readonly onEvent: (event: RunnerEvent) => void;
  /** What the agent writes to its standard error, redacted line by line. */
  readonly onStderr?: (text: string) => void;
  readonly onSpawn?: (pid: number) => void;
  readonly onExit?: (pid: number) => void;
  readonly groups?: ProcessGroups;
  /** Stops the turn as interrupted. */
  readonly signal: AbortSignal;
  /** Milliseconds without a byte of output; 0 is no limit. */
  readonly idleTimeoutMs: number;
  /** Milliseconds of the whole turn; 0 is no limit. */
  readonly turnTimeoutMs: number;
  /** Milliseconds between the agent's final event and its exit; default 30 000. */
  readonly resultGraceMs?: number;
}

export type TurnKind =
  | "success"
  /** The program exited with another code than 0, or its stream says that the turn failed. */
  | "failed"
  | "signaled"
  | "interrupted"
  | "timeout"
  | "usage_limit"
  | "missing_binary"
  | "spawn_failed"
  /** Anything else: setup, a stream that ended too early, a lost session. */
  | "other";

export type FailureClass = "retryable" | "needs_user" | "permanent";

export type FailureReason =
  | "rate_limit"
  | "temporarily_unavailable"
  | "transient_io"
  /** No output for too long. */
  | "idle"
  /** The whole turn took too long. */
  | "turn_limit"
  | "authentication"
  | "missing_binary"
  | "invalid_invocation"
  /** The program asks for a setting or a decision of the user's. */
  | "setup"
  | "fatal_exit";

/** Tokens and cost of one call, or running totals of its session when `cumulative`. */
export interface TurnUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_tokens: number;
  /** USD; null when the agent names none. */
  readonly cost: number | null;
  readonly cumulative: boolean;
}

export interface TurnOutcome {
  readonly kind: TurnKind;
  /** Null for a success. */
  readonly class: FailureClass | null;
  readonly reason: FailureReason | null;
  /** One or more sentences for a person, redacted; empty for a success. */
  readonly message: string;
  /** The id by which this agent session can be continued; also after a failure. */
  readonly sessionId: string | null;
  /** The call was to continue a session which the agent does not know. */
  readonly invalidSession: boolean;
  /** The agent's last message, as it came. */
  readonly finalText: string | null;
  readonly usage: TurnUsage | null;
  readonly exitCode: number | null;
  /** Name of the signal that ended the program, for example `SIGKILL`. */
  readonly signal: string | null;
  /** Usage limits only: Unix seconds, null when unknown. */
  readonly resetsAt: number | null;
  /** The last 10 MiB of each stream, as they came: redact before showing or keeping. */
  readonly stdoutTail: string;
  readonly stderrTail: string;
  readonly durationMs: number;
}

/**
 * Makes one call of an agent and reads it to its end: starts the program in its own process group,
 * turns its output into events, keeps the limits. Never throws for what the agent does.
 */
export declare function runTurn(context: RepoContext, request: TurnRequest): Promise<TurnOutcome>;
