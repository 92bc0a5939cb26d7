import { readRef } from "../../git/refs/refs.ts";
import type { QueueLock } from "../../queue/store/lock.ts";
import { removeOutcome } from "../../queue/store/outcome.ts";
import type { RunContext } from "../context.ts";
import { runRef } from "../refs.ts";
import { removeSession } from "../session/session-file.ts";
import { readSidecar, removeSidecar } from "../session/sidecar.ts";
import { workExclusions } from "../trees.ts";
import { restoreRecord, undoSince } from "./undo-task.ts";

/**
 * Finishes the undo of a task that was interrupted, or failed half-way, from the trees it began with. Call with the
 * queue lock held. Errors: `git.rewind_blocked`, `git.rewind_failed`; the next start tries it once more.
 */
export async function finishUndo(context: RunContext, lock: QueueLock): Promise<void> {
  const sidecar = readSidecar(context.runtimeDir);
  if (sidecar?.undoing === undefined) return;
  const { undoing, task_before: before, run_id: runId, head } = sidecar;
  const { id } = before.task;
  const base = await readRef(context, sidecar.base ?? runRef(runId, "base"));
  const index = await readRef(context, runRef(runId, "index"));
  if (base === null || index === null) {
    const message = `The undo of ${id} was interrupted, and what it began from is no longer kept; everything it was undoing is in ${undoing.ref}.`;
    context.emit({ kind: "warning", task_id: id, message });
    return;
  }
  const origin = { taskId: id, base, index, head, exclude: workExclusions(context), nested: [] };
  const rest = await undoSince(context, origin, () => undefined);
  await restoreRecord(context, { before, lock, reason: undoing.reason, ref: undoing.ref });
  removeSession(context.runtimeDir);
  removeSidecar(context.runtimeDir);
  removeOutcome(context, id);
  const also = rest.kept === null ? "" : `; what was still to be undone, in ${rest.kept.ref}`;
  const message = `The undo of ${id} that was interrupted is finished. Everything it undid is kept in ${undoing.ref}${also}.`;
  context.emit({ kind: "message", task_id: id, message });
}
