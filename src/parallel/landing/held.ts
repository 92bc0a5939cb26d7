import { existsSync, rmSync } from "node:fs";
import { isAncestor } from "../../git/ancestry.ts";
import { deleteRef, readRef } from "../../git/refs/refs.ts";
import { isTerminal } from "../../queue/status.ts";
import { readBooks } from "../../queue/store/read.ts";
import { filesOfTask, workerDirectory } from "../files/paths.ts";
import { readResult } from "../files/result-file.ts";
import type { ParallelRun } from "../run.ts";
import type { WorkerRecord } from "../state/record.ts";
import type { AdminLock } from "../worktree/admin-lock.ts";
import { salvage } from "../worktree/salvage.ts";
import { archiveSelected } from "./end/archive-selected.ts";
import { clearAway } from "./end/complete.ts";
import { refreshPending } from "./refresh.ts";

/**
 * What becomes of results that a person had to bring in, at the start of a run: those whose branch is in the target by
 * now are archived and closed; those whose branch is gone can be worked anew. Also closes landings on another branch
 * that the checkout shows by now, and clears away what a killed run had no time for.
 */
export async function mergedHeld(run: ParallelRun, admin: AdminLock): Promise<void> {
  await refreshPending(run, admin);
  for (const record of run.state.records.filter(({ integration }) => integration === "held")) {
    await admin.run(() => lookAt(run, record));
  }
  await clearLeftOvers(run, admin);
}

/** A run that was killed after its last word about a task may have left the branch, or what its worker wrote. */
async function clearLeftOvers(run: ParallelRun, admin: AdminLock): Promise<void> {
  const { context, state } = run;
  for (const record of state.records) {
    if (record.lifecycle !== "completed" || record.integration === "held") continue;
    const isLeft = existsSync(workerDirectory(context.runtimeDir, record.task_id)) || (await hasBranch(run, record));
    if (isLeft) await clearAway(run, admin, record, { tip: null });
  }
}

async function hasBranch({ context }: ParallelRun, { branch }: WorkerRecord): Promise<boolean> {
  return typeof branch === "string" && (await readRef(context, `refs/heads/${branch}`)) !== null;
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
    if (isFinished(run, id)) await closeByHand(run, record, branch);
    return;
  }
  await archive(run, record);
  await deleteRef(context, `refs/heads/${branch}`, tip);
  state.patch(id, { integration: null, integrated_commit: tip });
  dropDirectory(run, id);
}

/** Squashed, or picked from: git cannot tell that the work is in, so a ref keeps it when the branch goes. */
async function closeByHand({ context, state }: ParallelRun, record: WorkerRecord, branch: string): Promise<void> {
  const { task_id: taskId, workspace_path: path, seeded } = record;
  const ref = await salvage(context, { taskId, path, base: record.base_commit ?? null, branch, seeded: seeded ?? [] });
  state.patch(taskId, { integration: null, ...(ref === null ? {} : { salvage_ref: ref }) });
}

async function archive(run: ParallelRun, record: WorkerRecord): Promise<void> {
  const id = record.task_id.trim();
  if (isFinished(run, id)) return;
  const result = readResult(filesOfTask(run.context.runtimeDir, id).result);
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
