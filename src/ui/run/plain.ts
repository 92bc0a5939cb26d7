import type { Output } from "../../base/output.ts";
import type { RunObserver } from "../../run/context.ts";
import { RunPrinter } from "./printer.ts";

/** An observer for outputs that are no terminal: one line an event, nothing redrawn. */
export function plainObserver(out: Output, color: boolean, root: string): RunObserver {
  const printer = new RunPrinter({ color, gateLines: 20, root });
  return (event) => {
    const lines = printer.lines(event);
    if (lines.length > 0) void out.write(`${lines.join("\n")}\n`);
  };
}
