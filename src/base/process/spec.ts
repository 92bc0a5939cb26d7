import type { ProcessGroups } from "./groups.ts";

export interface ProcessSpec {
  /** Program and arguments; no shell. A bare name is looked up on the PATH of `env`. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The whole environment of the child. */
  readonly env: Readonly<Record<string, string>>;
  /** Written while the output is read; none or null is an empty input. */
  readonly stdin?: string | null;
  /** Aborting ends the process: SIGINT to its group, SIGKILL after `graceMs`. */
  readonly signal: AbortSignal;
  /** Milliseconds for the whole process; 0 or absent is no limit. */
  readonly timeoutMs?: number;
  /** Milliseconds without a byte of output; 0 or absent is no limit. */
  readonly idleTimeoutMs?: number;
  /** Milliseconds between SIGINT and SIGKILL; default 2000. */
  readonly graceMs?: number;
  /** Bytes kept of each stream's end; default 256 KiB. */
  readonly tailBytes?: number;
  /** Gets the output as it comes, split characters joined. What a callback throws ends the process and rejects the result. */
  readonly onStdout?: (text: string) => void;
  readonly onStderr?: (text: string) => void;
  /** Called before `startProcess` returns. */
  readonly onSpawn?: (pid: number) => void;
  /** Holds the group while it is alive. */
  readonly groups?: ProcessGroups;
}

/** A process that was told to stop is never `exited`, whatever its exit code. */
export type ProcessOutcome =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signaled"; readonly signal: string }
  /** Ended because `signal` was aborted. */
  | { readonly kind: "interrupted" }
  | { readonly kind: "timeout"; readonly limit: "total" | "idle"; readonly limitMs: number }
  /** Ended by `ProcessHandle.end`; code is null when a signal ended it. */
  | { readonly kind: "ended"; readonly code: number | null }
  | { readonly kind: "missing_binary"; readonly program: string }
  | { readonly kind: "spawn_failed"; readonly program: string; readonly reason: string };

export interface ProcessResult {
  readonly outcome: ProcessOutcome;
  /** The kept end of each stream. */
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutTruncated: boolean;
  readonly stderrTruncated: boolean;
  /** From the start to the exit; 0 when it was not started. */
  readonly durationMs: number;
}

export interface ProcessHandle {
  /** Id of the process and of its group; null when it could not be started. */
  readonly pid: number | null;
  /** Ends the process group on purpose: SIGINT, grace, SIGKILL. */
  end(): void;
  readonly result: Promise<ProcessResult>;
}
