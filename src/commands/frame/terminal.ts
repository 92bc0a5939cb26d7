import { fstatSync, statSync } from "node:fs";
import { devNull } from "node:os";
import type { Session } from "./session.ts";

/** Which standard streams are terminals. */
export interface Terminals {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

/** The terminals of this process, each looked at when it is asked for. */
export function terminals(): Terminals {
  return {
    get stdin() {
      return isTerminal(0);
    },
    get stdout() {
      return isTerminal(1);
    },
    get stderr() {
      return isTerminal(2);
    },
  };
}

/**
 * node:tty brings the streams with it, 2 ms of a start: it is asked only about a character device, which a file
 * and a pipe are not, and not about the null device, which programs are so often started with.
 */
function isTerminal(descriptor: number): boolean {
  try {
    const found = fstatSync(descriptor);
    if (!found.isCharacterDevice() || found.rdev === statSync(devNull).rdev) return false;
    return process.getBuiltinModule("node:tty").isatty(descriptor);
  } catch {
    return false;
  }
}

/** Columns of the terminal stdout is; null when it is none. Asks for it only then: touching the stream costs time. */
export function terminalWidth(session: Session): number | null {
  if (!session.options.isTerminal.stdout) return null;
  const columns = process.stdout.columns;
  return columns > 0 ? columns : 80;
}
