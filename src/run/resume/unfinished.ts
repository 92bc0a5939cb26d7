import { claimHeld } from "../../queue/claims/held.ts";
import { isValidId } from "../../queue/ids.ts";
import type { QueueLock } from "../../queue/store/lock.ts";
import type { RunContext } from "../context.ts";
import type { PublishMode } from "../options.ts";
import { readSidecar } from "../session/sidecar.ts";
import { finishUndo } from "../undo/finish-undo.ts";
import { finishEarlier } from "./finish/finish.ts";

/**
 * Finishes the undo, archive, commit or push that an interrupted run left open, with that run's claim taken over
 * meanwhile. Call with the queue lock held. Errors: `run.claimed` when another run works the task by now,
 * `queue.claim_failed`; those of `finishUndo` and `finishEarlier`.
 */
export async function finishUnfinished(
  context: RunContext,
  run: { readonly lock: QueueLock; readonly publishMode: PublishMode },
): Promise<void> {
  claimUnfinished(context);
  try {
    await finishUndo(context, run.lock);
    await finishEarlier(context, run);
  } finally {
    context.claims.release();
  }
}

function claimUnfinished(context: RunContext): void {
  const sidecar = readSidecar(context.runtimeDir);
  if (sidecar === null || (sidecar.undoing === undefined && sidecar.step !== "archive" && sidecar.step !== "publish")) return;
  const { id } = sidecar.task_before.task;
  if (!isValidId(id, { prefix: context.idPrefix, width: context.idWidth })) return;
  const holder = context.claims.take(id);
  if (holder !== null) throw claimHeld(holder, id);
}
