import { rmSync } from "node:fs";
import { isAncestor } from "../../git/ancestry.ts";
import { deleteRef, readRef } from "../../git/refs.ts";
import { isTerminal } from "../../queue/status.ts";
import { readBooks } from "../../queue/store/read.ts";
import { workerDirectory, workerFiles } from "../files/paths.ts";
import { readResult } from "../files/result-file.ts";
import type { ParallelRun } from "../run.ts";
import type { WorkerRecord } from "../state/record.ts";
import type { AdminLock } from "../worktree/admin-lock.ts";
import { archiveSelected } from "./archive-selected.ts";
import { refreshPending } from "./refresh.ts";

/**
 * What becomes of results that a person had to bring in, at the start of a run: those whose branch is in the target by
 * now are archived and closed; those whose branch is gone can be worked anew. Also closes landings on another branch
 * that the checkout shows by now.
 */
export async function mergedHeld(run: ParallelRun, admin: AdminLock): Promise<void> {
  await refreshPending(run, admin);
  for (const record of run.state.records.filter(({ integration }) => integration === "held")) {
    await admin.run(() => lookAt(run, record));
  }
}

async function lookAt(run: ParallelRun, record: WorkerRecord): Promise<void> {
  const { context, state, target } = run;
  const id = record.task_id.trim();
  const branch = record.branch ?? null;
  const tip = branch === null ? null : await readRef(context, `refs/heads/${branch}`);
  if (branch === null || tip === null) {
    context.emit({ kind: "message", task_id: id, message: `The branch ${branch ?? "of"} ${id} is gone, so the task can be worked again.` });
    dropDirectory(run, id);
    state.drop(id);
    return;
  }
  const onto = await readRef(context, `refs/heads/${target.branch}`);
  const isMerged = onto !== null && (await isAncestor(context, tip, onto));
  if (!isMerged) {
    if (isFinished(run, id)) state.patch(id, { integration: null });
    return;
  }
  await archive(run, record);
  await deleteRef(context, `refs/heads/${branch}`, tip);
  state.patch(id, { integration: null, integrated_commit: tip });
  dropDirectory(run, id);
}

async function archive(run: ParallelRun, record: WorkerRecord): Promise<void> {
  const id = record.task_id.trim();
  if (isFinished(run, id)) return;
  const result = readResult(workerFiles(workerDirectory(run.context.runtimeDir, id)).result);
  const evidence = record.evidence ?? result?.evidence ?? null;
  await archiveSelected(run, id, { outcome: "ready", notes: result?.notes ?? [], agent: result?.agent ?? null, evidence });
  run.context.emit({ kind: "task_archived", task_id: id, payload: { outcome: "done", evidence } });
}

/** Somebody who squashed the work, or picked from it, has finished the task by hand. */
function isFinished({ context }: ParallelRun, id: string): boolean {
  return readBooks(context, "strict").done.tasks.some((task) => task.id.trim() === id && isTerminal(task.status));
}

function dropDirectory({ context }: ParallelRun, id: string): void {
  rmSync(workerDirectory(context.runtimeDir, id), { recursive: true, force: true });
}
