import type { Session } from "./session.ts";

/** Columns of the terminal stdout is; null when it is none. Asks for it only then: touching the stream costs time. */
export function terminalWidth(session: Session): number | null {
  if (!session.options.isTerminal.stdout) return null;
  const columns = process.stdout.columns;
  return columns > 0 ? columns : 80;
}
