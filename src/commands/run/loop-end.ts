import type { BlockingState } from "../../queue/blocking.ts";
import type { RunLoopResult } from "../../run/options.ts";
import { failedLines } from "../../run/undo/give-up.ts";
import { sanitise } from "../../ui/sanitise.ts";
import type { ExitCode } from "../frame/base.ts";
import type { Session } from "../frame/session.ts";

const ENDS: Record<Exclude<RunLoopResult["outcome"], "blocked">, string> = {
  completed: "The limit of tasks is reached.",
  no_candidates: "Nothing is left to do.",
  stalled: "The wait for work is over.",
  stopped: "Stopped on request.",
};

const LOOK = "\nWhat was done:\n  cueloop queue list --only-done\n  cueloop task diff TASK_ID\n  cueloop task log TASK_ID";

/** Why a run found no task to take, or where it is said. */
export function blockedText(blocking: BlockingState | null): string {
  return blocking?.reason.kind === "lock_blocked"
    ? "No task can be run now: other runs work what there is."
    : "No task can be run now; `cueloop queue explain` says why.";
}

/** Says how a loop ended; returns the exit code. */
export async function printLoopEnd(session: Session, result: RunLoopResult): Promise<ExitCode> {
  for (const note of result.notes) await session.print(note);
  await session.print(
    `${result.outcome === "blocked" ? blockedText(result.blocking) : ENDS[result.outcome]} Tasks worked: ${result.succeeded}.`,
  );
  for (const line of failedLines(result.failed)) await session.print(sanitise(line));
  if (result.succeeded > 0 && session.options.isTerminal.stdout) await session.print(LOOK);
  return result.failed.length === 0 ? 0 : 1;
}
