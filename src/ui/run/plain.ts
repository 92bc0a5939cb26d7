import type { Output } from "../../base/output.ts";
import type { RunObserver } from "../../run/context.ts";
import { RunPrinter } from "./printer.ts";
import { WorkersPrinter } from "./workers-printer.ts";

export interface PlainOptions {
  readonly color: boolean;
  /** Root of the repository. */
  readonly root: string;
  /** Tasks are worked at the same time: each line names its own. */
  readonly parallel: boolean;
}

/** An observer for outputs that are no terminal: one line an event, nothing redrawn. */
export function plainObserver(out: Output, { color, root, parallel }: PlainOptions): RunObserver {
  const options = { color, gateLines: 20, root };
  const printer = parallel ? new WorkersPrinter({ ...options, agents: true }) : new RunPrinter(options);
  return (event) => {
    const lines = printer.lines(event);
    if (lines.length > 0) void out.write(`${lines.join("\n")}\n`);
  };
}
