import type { ParallelResult, TaskEnd } from "../../parallel/coordinator/options.ts";
import { sanitise } from "../../ui/sanitise.ts";
import { parallelEndLines } from "../../ui/views/parallel-end.ts";
import type { ExitCode } from "../frame/base.ts";
import type { Session } from "../frame/session.ts";

/** Says what landed where, and the command for everything that is left; returns the exit code. */
export async function printParallelEnd(session: Session, result: ParallelResult, keepGoing: boolean): Promise<ExitCode> {
  for (const line of result.notes) await session.print(sanitise(line));
  for (const line of parallelEndLines(result)) await session.print(sanitise(line));
  return keepGoing && result.tasks.some(isFailure) ? 1 : 0;
}

function isFailure({ kind }: TaskEnd): boolean {
  return kind === "failed" || kind === "blocked";
}
