import { existsSync } from "node:fs";
import { join } from "node:path";
import { filesOfTask } from "../../files/paths.ts";
import { readResult, writeResult } from "../../files/result-file.ts";
import { readWorkerFile, writeWorkerFile } from "../../files/worker-file.ts";
import type { ParallelRun } from "../../run.ts";
import type { WorkerRecord } from "../../state/record.ts";
import type { AdminLock } from "../../worktree/admin-lock.ts";
import { arePhasesFinished, giveUpAttempt } from "./give-up.ts";
import type { Slot } from "./slot.ts";

export interface TakenUp {
  /** What is left to be done. */
  readonly left: Slot["left"];
  /** The person's remark. */
  readonly message: string | null;
}

/**
 * Prepares a further attempt, after an interrupted one or because a person asked for it: the kept worktree is gone on
 * with, or, to start over, put under a salvage ref and removed. Work whose phases were not finished is never brought in:
 * it starts over too. The wish is taken out of the record.
 */
export async function takeUpAgain(run: ParallelRun, admin: AdminLock, record: WorkerRecord, token: string): Promise<TakenUp> {
  const message = record.retry_message ?? null;
  const isKept = existsSync(join(record.workspace_path, ".git"));
  const isFinished = arePhasesFinished(run, record);
  if (isKept && isFinished && record.retry_restart !== true) {
    handOver(run, record, token);
    run.state.upsert({ ...withoutWish(record), lifecycle: "integrating", step: "integrating", token, run_id: run.context.runId });
    return { left: message === null && isReady(run, record.task_id, token) ? "landing" : "integration", message };
  }
  // Without its worktree the branch alone may be left, which would be in the new attempt's way.
  const given = await giveUpAttempt(run, admin, withoutWish(record), "Started over, as asked.");
  if (isKept && !isFinished) {
    const kept = typeof given.salvage_ref === "string" ? ` What there was of it is kept in ${given.salvage_ref}.` : "";
    const text = `The attempt at ${record.task_id} that was kept had not come to its end, so the task starts over.${kept}`;
    run.context.emit({ kind: "message", task_id: record.task_id, message: text });
  }
  return { left: "all", message };
}

/** Turns, agent session and result of the earlier attempt are this one's. The worker that wrote them is gone. */
function handOver({ context }: ParallelRun, { task_id: taskId, token: former }: WorkerRecord, token: string): void {
  const files = filesOfTask(context.runtimeDir, taskId);
  const account = readWorkerFile(files.worker);
  if (account !== null) writeWorkerFile(files.worker, { ...account, token });
  const result = readResult(files.result);
  if (result !== null && result.token === former) writeResult(files.result, { ...result, token });
}

function isReady({ context }: ParallelRun, taskId: string, token: string): boolean {
  const result = readResult(filesOfTask(context.runtimeDir, taskId).result);
  return result !== null && result.token === token && (result.outcome === "ready" || result.outcome === "rejected");
}

function withoutWish(record: WorkerRecord): WorkerRecord {
  const { retry_requested: _, retry_restart: __, retry_message: ___, ...kept } = record;
  return kept;
}
