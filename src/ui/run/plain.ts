import type { Output } from "../../base/output.ts";
import type { RunObserver } from "../../run/context.ts";
import { eventLines } from "./lines.ts";

/** An observer for outputs that are no terminal: one line an event, nothing redrawn. */
export function plainObserver(out: Output, color: boolean): RunObserver {
  return (event) => {
    const lines = eventLines(event, { color, gateLines: 20 });
    if (lines.length > 0) void out.write(`${lines.join("\n")}\n`);
  };
}
