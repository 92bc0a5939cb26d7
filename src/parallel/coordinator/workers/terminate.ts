import { within } from "../../../base/within.ts";
import type { ParallelRun } from "../../run.ts";
import type { Slot } from "../tasks/slot.ts";

/** What a worker has to end its agent and to write down where it stands. */
const GRACE_MS = 1500;
const LAST_MS = 500;

/** Ends every worker: all are asked at once, share one wait, and what is left is killed. */
export async function terminate({ context }: ParallelRun, slots: readonly Slot[]): Promise<void> {
  const living = slots.map(({ process }) => process).filter((process) => process !== null);
  if (living.length === 0) return;
  // Asked twice, a worker leaves its agent no time.
  for (const process of living) process.signal("SIGINT");
  const gone = Promise.allSettled(living.map(({ exited }) => exited));
  await within(context.clock, GRACE_MS, gone);
  for (const process of living) process.signal("SIGKILL");
  await within(context.clock, LAST_MS, gone);
}
