/** Where a problem is, as far as it is known. Lines and columns count from 1. */
export interface ErrorPlace {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly taskId?: string;
  /** Path inside a document, for example `tasks[3].tags`. */
  readonly path?: string;
}

export interface ErrorDetails {
  /** What happened, one sentence or a few lines, for a person. */
  readonly message: string;
  /** What to do next: a command or an edit. */
  readonly hint?: string;
  readonly where?: ErrorPlace;
  /** Path or ref that holds work which would otherwise look lost. */
  readonly kept?: string;
  readonly cause?: unknown;
}

/**
 * The one error class of the program. `code` is stable and dotted, `folder.reason`
 * (for example `queue.lock_held`); everything else is for the reader.
 */
export class CueLoopError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly where: ErrorPlace | undefined;
  readonly kept: string | undefined;

  constructor(code: string, details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "CueLoopError";
    this.code = code;
    this.hint = details.hint;
    this.where = details.where;
    this.kept = details.kept;
  }
}

/** True for a `CueLoopError` whose code is `code`, or any `CueLoopError` when no code is given. */
export function isCueLoopError(error: unknown, code?: string): error is CueLoopError {
  return error instanceof CueLoopError && (code === undefined || error.code === code);
}

/** Message of anything that was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return String(error);
}

/** Messages of the error and its causes, outermost first. */
export function causeChain(error: unknown): string[] {
  const chain: string[] = [];
  let current: unknown = error;
  while (current !== undefined && chain.length < 16) {
    const message = messageOf(current);
    if (message !== "" && chain.at(-1) !== message) chain.push(message);
    current = current instanceof Error ? current.cause : undefined;
  }
  return chain;
}

/** The errno code of a system error (`ENOENT`, `EACCES`, …), or null. */
export function errnoOf(error: unknown): string | null {
  if (typeof error === "object" && error !== null && "code" in error && typeof error.code === "string") return error.code;
  return null;
}
