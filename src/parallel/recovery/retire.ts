import { parseTimestamp } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { giveUpAttempt } from "../coordinator/tasks/give-up.ts";
import type { ParallelRun } from "../run.ts";
import type { WorkerRecord } from "../state/record.ts";
import { isRetryWaiting } from "../state/waiting.ts";
import type { AdminLock } from "../worktree/admin-lock.ts";

const HOUR = 3_600_000_000_000n;

/**
 * Blocked work whose time is over goes under a salvage ref, and its worktree away. The record keeps the task out of the
 * queue's way until a person takes it up again; what git cannot keep stays where it is.
 */
export async function retire(run: ParallelRun, admin: AdminLock): Promise<void> {
  const { context, state } = run;
  const limit = BigInt(context.config.parallel.workspace_retention_hours) * HOUR;
  for (const record of state.records) {
    if (record.lifecycle !== "blocked_push" || isRetryWaiting(record) || !isOlder(record, context.clock.now() - limit)) continue;
    try {
      const ended = await giveUpAttempt(run, admin, record, record.last_error ?? "It could not be brought in.");
      if (ended.lifecycle === "failed") state.patch(record.task_id, { awaits_retry: true, completed_at: record.completed_at ?? null });
    } catch (error) {
      context.log.warn(`The worktree of ${record.task_id} stays: ${messageOf(error)}`);
    }
  }
}

function isOlder(record: WorkerRecord, limit: bigint): boolean {
  const completed = parseTimestamp(record.completed_at ?? "")?.instant;
  return completed !== undefined && completed < limit;
}
