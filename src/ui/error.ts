import { CueLoopError, causeChain } from "../base/errors.ts";
import { sanitise } from "./sanitise.ts";

export interface ErrorTextOptions {
  readonly color: boolean;
  readonly redact: (text: string) => string;
  /** With the stack trace, for `--debug`. */
  readonly trace: boolean;
}

/** The text a person reads for a failed command: `Error: what: cause`, then the place, the way out, and where work is kept. */
export function errorText(error: unknown, options: ErrorTextOptions): string {
  const label = options.color ? "\x1b[1;31mError:\x1b[0m" : "Error:";
  const chain = causeChain(error).map((message, index, all) => (index < all.length - 1 ? message.replace(/\.$/, "") : message));
  const lines = [sanitise(chain.join(": "))];
  if (error instanceof CueLoopError) {
    if (error.kept !== undefined) lines.push(`Kept: ${sanitise(error.kept)}`);
    if (error.hint !== undefined) lines.push(sanitise(error.hint));
  }
  if (options.trace && error instanceof Error && error.stack !== undefined) lines.push(error.stack);
  return `${label} ${options.redact(lines.join("\n"))}`;
}
