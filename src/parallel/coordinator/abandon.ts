import { messageOf } from "../../base/errors.ts";
import { within } from "../../base/within.ts";
import type { ParallelRun } from "../run.ts";
import { isTerminal, type WorkerRecord } from "../state/record.ts";
import type { AdminLock } from "../worktree/admin-lock.ts";
import { abandonAttempt } from "./tasks/give-up.ts";
import type { Slot } from "./tasks/slot.ts";
import { terminate } from "./workers/terminate.ts";

/** What tasks in flight have to notice that the run was interrupted. */
const SETTLE_MS = 10_000;

/**
 * Ends every worker, keeps what each of them has and says where; then the claims are given back. One task whose work
 * cannot be put away does not keep the others from it. `shepherds`: what takes care of the tasks in flight.
 */
export async function abandonAll(
  run: ParallelRun,
  admin: AdminLock,
  { slots, shepherds, reason }: { readonly slots: readonly Slot[]; readonly shepherds: Iterable<Promise<void>>; readonly reason: string },
): Promise<void> {
  await terminate(run, slots);
  // A landing that is past the point of no return comes to its end.
  await within(run.context.clock, SETTLE_MS, Promise.allSettled(shepherds));
  await Promise.all(slots.map((slot) => abandonOne(run, admin, slot, reason)));
}

async function abandonOne(run: ParallelRun, admin: AdminLock, slot: Slot, reason: string): Promise<void> {
  const { context, state } = run;
  const task_id = slot.task.id.trim();
  try {
    const record = state.find(task_id);
    if (record === null || record.token !== slot.token || isTerminal(record)) return;
    context.emit({ kind: "message", task_id, message: whatIsKept(await abandonAttempt(run, admin, record, reason)) });
  } catch (error) {
    context.log.warn(`What ${task_id} had come to stays where it is, for the next start to look at: ${messageOf(error)}`);
  } finally {
    slot.claim.release();
  }
}

/** Where the work of an interrupted task is, and how to go on with it. */
export function whatIsKept(record: WorkerRecord): string {
  const id = record.task_id.trim();
  if (record.lifecycle === "integrating") return `${id} is finished; the next \`cueloop run loop --parallel\` brings it in.`;
  if (record.lifecycle === "blocked_push") return `${id} is left as it is: ${record.last_error ?? "it could not be put away"}`;
  if (!record.salvage_ref) return `${id} was interrupted before it had changed anything.`;
  return `${id} was not finished; what it had done is kept: \`cueloop worktree recover ${id}\` shows it.`;
}
