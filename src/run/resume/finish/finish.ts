import { isKnownAncestor } from "../../../git/ancestry.ts";
import { deleteRefsBelow } from "../../../git/refs/refs.ts";
import { currentBranch } from "../../../git/repository.ts";
import { captureTree } from "../../../git/tree.ts";
import { findTask } from "../../../queue/books.ts";
import type { QueueLock } from "../../../queue/store/lock.ts";
import { adoptOutcome, removeOutcome } from "../../../queue/store/outcome.ts";
import { withQueue } from "../../../queue/store/transaction.ts";
import { readOwnOutcome } from "../../completion/outcome.ts";
import type { RunContext } from "../../context.ts";
import { parseEvidence } from "../../gate/evidence.ts";
import type { Finishing } from "../../job.ts";
import type { PublishMode } from "../../options.ts";
import { removeArtefacts } from "../../phases/artefacts.ts";
import { SessionRecord } from "../../session/record.ts";
import { sessionOf } from "../../session/session-of.ts";
import { readSidecar } from "../../session/sidecar.ts";
import { workExclusions } from "../../trees.ts";
import { tellFinished } from "../tell-finished.ts";
import { commitOf } from "./commit.ts";
import { decideFinish } from "./decision.ts";
import { perform } from "./steps.ts";

/**
 * Finishes a run that was interrupted after its gate: archive, commit, proof, push, without a question, because the
 * gate had passed. Call with the queue lock held. Errors: those of a commit that is refused again; the next start tries it once more.
 */
export async function finishEarlier(
  context: RunContext,
  run: { readonly lock: QueueLock; readonly publishMode: PublishMode },
): Promise<void> {
  const sidecar = readSidecar(context.runtimeDir);
  if (sidecar === null || (sidecar.step !== "archive" && sidecar.step !== "publish")) return;
  const from = context.clock.monotonicMs();
  const { task } = sidecar.task_before;
  const earlier = sidecar.earlier_runs ?? [];
  // Named before what an agent recorded becomes this run's, so that it is found again when this run ends here, too.
  const record = new SessionRecord(context, sessionOf(context, sidecar), { ...sidecar, earlier_runs: [...earlier, context.runId] });
  adoptOutcome(context, task.id, { from: [...(sidecar.earlier_runs ?? []), sidecar.run_id], to: context.runId });
  const found = await placeOf(context, run.lock, task.id);
  const commit = await commitOf(context, sidecar);
  const exclude = workExclusions(context);
  const captured = await captureTree(context, { exclude });
  const step = decideFinish({
    step: sidecar.step,
    isActive: found?.file === "queue",
    isRejected: found?.task.status === "rejected" || (found?.file === "queue" && readOwnOutcome(context, task.id)?.outcome === "rejected"),
    wantsCommit: sidecar.message !== undefined,
    commit: commit === null ? "none" : (await isKnownAncestor(context, commit, "HEAD")) ? "reachable" : "gone",
    sameBranch: (await currentBranch(context)) === sidecar.branch,
    isUndoing: sidecar.rejected_ref !== undefined,
    sameTree: captured.tree === sidecar.tree || captured.tree === sidecar.tree_after,
  });
  const publishMode = sidecar.message === undefined ? "off" : run.publishMode === "off" ? "commit" : run.publishMode;
  const job: Finishing = { task, lock: run.lock, publishMode, exclude, gate: context.gate, nested: captured.nested, record };
  const evidence = sidecar.evidence === undefined ? null : parseEvidence(sidecar.evidence);
  const isOver = await perform(context, step, { job, sidecar, evidence, commit });
  if (!isOver) return;
  removeArtefacts(context, task.id);
  removeOutcome(context, task.id);
  record.remove();
  for (const id of [...earlier, sidecar.run_id]) await deleteRefsBelow(context, `refs/cueloop/run/${id}/`);
  await tellFinished(context, job, from);
}

/** Where the task stands, once an archive that was interrupted while it was written is in the files: they are what is committed. */
async function placeOf(context: RunContext, lock: QueueLock, taskId: string): Promise<ReturnType<typeof findTask>> {
  return withQueue(context, { label: "run one", lock, runId: context.runId }, (books) => ({ books, result: findTask(books, taskId) }));
}
