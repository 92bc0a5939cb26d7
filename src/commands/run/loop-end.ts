import type { RunLoopResult } from "../../run/options.ts";
import type { Session } from "../session.ts";

const ENDS: Record<RunLoopResult["outcome"], string> = {
  completed: "The limit of tasks is reached.",
  no_candidates: "Nothing is left to do.",
  blocked: "No task can be run now; `cueloop queue explain` says why.",
  stalled: "The wait for work is over.",
  stopped: "Stopped on request.",
};

const LOOK = "\nWhat was done:\n  cueloop queue list --only-done\n  cueloop task diff TASK_ID\n  cueloop task log TASK_ID";

/** Says how a loop ended. */
export async function printLoopEnd(session: Session, result: RunLoopResult): Promise<void> {
  for (const note of result.notes) await session.print(note);
  await session.print(`${ENDS[result.outcome]} Tasks worked: ${result.succeeded}.`);
  if (result.succeeded > 0 && session.options.isTerminal.stdout) await session.print(LOOK);
}
