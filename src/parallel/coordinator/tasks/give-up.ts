import { rmSync } from "node:fs";
import { formatTimestamp } from "../../../base/clock.ts";
import { messageOf } from "../../../base/errors.ts";
import { uninterruptible } from "../../../git/run.ts";
import { endWorkerProcesses } from "../../../run/processes/marked.ts";
import { filesOfTask, workerDirectory } from "../../files/paths.ts";
import { readResult } from "../../files/result-file.ts";
import { readWorkerFile } from "../../files/worker-file.ts";
import type { ParallelRun } from "../../run.ts";
import type { WorkerRecord } from "../../state/record.ts";
import type { AdminLock } from "../../worktree/admin-lock.ts";
import { inspectWorktree } from "../../worktree/inspect.ts";
import { findOurWorktree } from "../../worktree/list.ts";
import { removeWorktree } from "../../worktree/remove.ts";
import { salvage } from "../../worktree/salvage.ts";

/**
 * Ends an attempt whose phases were not finished: its whole state goes under a salvage ref, then worktree and branch are
 * removed and the record says `failed`. Where git cannot keep all of it, everything stays and the record says
 * `blocked_push`. The worker must be gone.
 */
export async function giveUpAttempt(run: ParallelRun, admin: AdminLock, record: WorkerRecord, reason: string): Promise<WorkerRecord> {
  const { state } = run;
  const context = { ...run.context, ...uninterruptible(run.context) };
  const ended = { completed_at: formatTimestamp(context.clock.now()), step: "done" as const, pid: null, pid_start: null };
  const at = {
    taskId: record.task_id,
    path: record.workspace_path,
    base: record.base_commit ?? null,
    branch: record.branch ?? null,
    seeded: record.seeded ?? [],
  };
  try {
    if (record.step === "creating" && (await findOurWorktree(context, at.path)) === null) {
      // Nothing was made: whatever has the path or the name of the branch is somebody else's.
      rmSync(workerDirectory(context.runtimeDir, record.task_id), { recursive: true, force: true });
      return state.patch(record.task_id, { ...ended, lifecycle: "failed", last_error: reason, branch: null });
    }
    await endWorkerProcesses(context.clock, record.run_id ?? context.runId, record.task_id);
    const found = await inspectWorktree(context, at);
    const ref = await salvage(context, at);
    if (ref !== null) state.patch(record.task_id, { salvage_ref: ref });
    if (found !== null && found.nested.length > 0) {
      const nested = `A git repository is inside the worktree, whose content git cannot keep: ${found.nested.join(", ")}. Nothing was removed.`;
      return state.patch(record.task_id, { ...ended, lifecycle: "blocked_push", last_error: `${reason} ${nested}` });
    }
    await removeWorktree(context, admin, {
      path: at.path,
      branch: at.branch === null ? null : { name: at.branch, tip: found?.tip ?? null },
    });
    rmSync(workerDirectory(context.runtimeDir, record.task_id), { recursive: true, force: true });
    return state.patch(record.task_id, {
      ...ended,
      lifecycle: "failed",
      last_error: reason,
      ...(ref === null ? {} : { salvage_ref: ref }),
    });
  } catch (error) {
    const kept = `What it left could not be cleared away and stays in ${at.path}: ${messageOf(error)}`;
    context.log.warn(`${record.task_id}: ${kept}`);
    return state.patch(record.task_id, { ...ended, lifecycle: "blocked_push", last_error: `${reason} ${kept}` });
  }
}

/**
 * Ends an attempt that was not its own fault: the run was interrupted, or its coordinator died. Where the phases were
 * finished, worktree and branch stay as they are, for the next start to bring in; else as `giveUpAttempt`. The worker must be gone.
 */
export async function abandonAttempt(run: ParallelRun, admin: AdminLock, record: WorkerRecord, reason: string): Promise<WorkerRecord> {
  if (!arePhasesFinished(run, record)) return giveUpAttempt(run, admin, record, reason);
  await endWorkerProcesses(run.context.clock, record.run_id ?? run.context.runId, record.task_id);
  return run.state.patch(record.task_id, { lifecycle: "integrating", step: "integrating", pid: null, pid_start: null });
}

/** Whether only the integration of an attempt is left, as the worker's own files tell. */
export function arePhasesFinished({ context }: Pick<ParallelRun, "context">, record: WorkerRecord): boolean {
  if (record.lifecycle === "integrating") return true;
  const files = filesOfTask(context.runtimeDir, record.task_id);
  const result = readResult(files.result);
  if (result?.token === record.token && (result?.outcome === "ready" || result?.outcome === "rejected")) return true;
  const account = readWorkerFile(files.worker);
  return account !== null && account.token === record.token && account.finished;
}
