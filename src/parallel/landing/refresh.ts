import { isAncestor } from "../../git/ancestry.ts";
import { headCommit, resolveCommit } from "../../git/repository.ts";
import type { ParallelRun } from "../run.ts";
import type { WorkerRecord } from "../state/record.ts";
import type { AdminLock } from "../worktree/admin-lock.ts";
import { moveBranch } from "./checkout/move-target.ts";

/**
 * Brings the local target to what was pushed while something stood in its way, and closes the records of landings that
 * the checkout shows by now. Does nothing for as long as it is not possible.
 */
export async function refreshPending(run: ParallelRun, admin: AdminLock): Promise<void> {
  const pending = run.state.records.filter((record) => record.local_refresh === "pending");
  if (pending.length === 0) return;
  await admin.run(async () => {
    for (const record of pending) await refresh(run, record);
  });
}

async function refresh(run: ParallelRun, record: WorkerRecord): Promise<void> {
  const wanted = record.integrated_commit ?? null;
  const commit = wanted === null ? null : await resolveCommit(run.context, wanted);
  if (commit === null) return;
  if (run.target.remote !== null && !run.target.elsewhere) await moveBranch(run, record, commit);
  const head = await headCommit(run.context);
  if (head !== null && (await isAncestor(run.context, commit, head))) run.state.patch(record.task_id, { local_refresh: null });
}
