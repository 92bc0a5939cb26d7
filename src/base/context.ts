import type { Clock } from "./clock.ts";

/** Environment variables as read once at the start of the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Log lines for people, on stderr; text is redacted by the log itself. */
export interface Log {
  error(message: string): void;
  warn(message: string): void;
  info(message: string): void;
  debug(message: string): void;
}

/** What every acting function may use; nothing below `commands/` asks the process for its environment or directory. */
export interface BaseContext {
  readonly env: Environment;
  /** Working directory of the command. */
  readonly cwd: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted when the command is to stop (Ctrl-C, SIGTERM, SIGHUP). */
  readonly signal: AbortSignal;
  /** Replaces secrets in text by `[REDACTED]`. */
  readonly redact: (text: string) => string;
}
