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

/** What may be done about a failed turn: try again, ask a person, give up. */
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
