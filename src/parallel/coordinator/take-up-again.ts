import { existsSync } from "node:fs";
import { join } from "node:path";
import { workerDirectory, workerFiles } from "../files/paths.ts";
import { readWorkerFile, writeWorkerFile } from "../files/worker-file.ts";
import type { ParallelRun } from "../run.ts";
import type { WorkerRecord } from "../state/record.ts";
import type { AdminLock } from "../worktree/admin-lock.ts";
import { giveUpAttempt } from "./give-up.ts";

export interface TakenUp {
  /** The kept branch is brought in; the phases are not repeated. */
  readonly integrateOnly: boolean;
  /** The person's remark. */
  readonly message: string | null;
}

/**
 * Prepares the second attempt that a person asked for: the kept worktree is gone on with, or, to start over, put under a
 * salvage ref and removed. The wish is taken out of the record.
 */
export async function takeUpAgain(run: ParallelRun, admin: AdminLock, record: WorkerRecord, token: string): Promise<TakenUp> {
  const message = record.retry_message ?? null;
  const isKept = existsSync(join(record.workspace_path, ".git"));
  if (isKept && record.retry_restart !== true) {
    handOver(run, record.task_id, token);
    run.state.upsert({ ...withoutWish(record), lifecycle: "integrating", step: "integrating", token, run_id: run.context.runId });
    return { integrateOnly: true, message };
  }
  if (isKept) await giveUpAttempt(run, admin, withoutWish(record), "Started over, as asked.");
  return { integrateOnly: false, message };
}

/** Turns and agent session of the earlier attempt are this one's. The worker that wrote them is gone. */
export function handOver({ context }: ParallelRun, taskId: string, token: string): void {
  const { worker } = workerFiles(workerDirectory(context.runtimeDir, taskId));
  const account = readWorkerFile(worker);
  if (account !== null) writeWorkerFile(worker, { ...account, token });
}

function withoutWish(record: WorkerRecord): WorkerRecord {
  const { retry_requested: _, retry_restart: __, retry_message: ___, ...kept } = record;
  return kept;
}
