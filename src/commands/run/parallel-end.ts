import type { ParallelResult, TaskEnd } from "../../parallel/coordinator/options.ts";
import { parallelEndLines } from "../../ui/parallel-end.ts";
import { sanitise } from "../../ui/sanitise.ts";
import type { ExitCode } from "../base.ts";
import type { Session } from "../session.ts";

/** Says what landed where, and the command for everything that is left; returns the exit code. */
export async function printParallelEnd(session: Session, result: ParallelResult, keepGoing: boolean): Promise<ExitCode> {
  for (const line of result.notes) await session.print(sanitise(line));
  for (const line of parallelEndLines(result)) await session.print(sanitise(line));
  return keepGoing && result.tasks.some(isFailure) ? 1 : 0;
}

function isFailure({ kind }: TaskEnd): boolean {
  return kind === "failed" || kind === "blocked";
}
