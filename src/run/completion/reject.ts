import { commandsFor, type KeptWork } from "../../git/rewind/rewind.ts";
import { captureTree } from "../../git/tree.ts";
import type { RunContext } from "../context.ts";
import type { Finishing, Job } from "../job.ts";
import { taskCommitMessage } from "../publish/commit-message.ts";
import { type Undone, undoWork } from "../undo/undo-task.ts";
import { archiveTask } from "./books.ts";
import { readOwnOutcome } from "./outcome.ts";

export interface Rejection {
  readonly agent: { readonly runner: string; readonly model: string } | null;
  /** Takes the task's changes out of the tree; tells where they are kept before the first of them goes. */
  readonly undo: (onKept: (kept: KeptWork) => void) => Promise<Undone>;
}

/** Archives a rejection, after recording what a later start needs to finish that. Errors: those of the undo. */
export async function rejectTask(context: RunContext, job: Job, agent: Rejection["agent"]): Promise<void> {
  const wanted =
    job.publishMode === "off"
      ? {}
      : { tree: (await captureTree(context, job)).tree, message: taskCommitMessage(job.task.id, job.task.title) };
  job.record.update({ sidecar: { step: "archive", ...wanted } });
  await archiveRejection(context, job, { agent, undo: (onKept) => undoWork(context, job, onKept) });
}

/** From the archive on. Where commits are made, the changes are moved aside first, so that no later commit takes them in. */
export async function archiveRejection(context: RunContext, job: Finishing, { agent, undo }: Rejection): Promise<void> {
  const { id } = job.task;
  const refs = new Set<string>([job.record.sidecar.rejected_ref].filter((ref) => ref !== undefined));
  const kept =
    job.publishMode === "off"
      ? null
      : (await undo(({ ref }) => refs.size === 0 && job.record.update({ sidecar: { rejected_ref: ref } }))).kept;
  if (kept !== null) refs.add(kept.ref);
  const places = [...refs].join(" and ");
  const notes = [...(readOwnOutcome(context, id)?.notes ?? []), ...(places === "" ? [] : [`The rejected changes are kept in ${places}.`])];
  await archiveTask(context, job, { outcome: "rejected", notes, evidence: null, agent });
  context.emit({ kind: "task_archived", task_id: id, payload: { outcome: "rejected", evidence: null } });
  if (places !== "") {
    const [first = ""] = refs;
    const show = (kept?.ref === first ? commandsFor(kept)?.show : undefined) ?? `git show ${first}`;
    const message = `The changes of the rejected ${id} are no longer in the tree; they are kept in ${places} (\`${show}\` shows them).`;
    context.emit({ kind: "message", task_id: id, message });
  }
  job.record.update({ sidecar: { step: "publish" } });
}
