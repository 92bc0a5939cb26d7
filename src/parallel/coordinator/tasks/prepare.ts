import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { formatTimestamp } from "../../../base/clock.ts";
import { resolveCommit } from "../../../git/repository.ts";
import { workerDirectory } from "../../files/paths.ts";
import { targetGone } from "../../preflight/target.ts";
import type { ParallelRun } from "../../run.ts";
import type { WorkerRecord } from "../../state/record.ts";
import { writeWorkerInputs } from "../../worker/inputs.ts";
import type { AdminLock } from "../../worktree/admin-lock.ts";
import { cloneFromMain } from "../../worktree/clone.ts";
import { createWorktree } from "../../worktree/create.ts";
import { seedWorktree } from "../../worktree/seeding/seed.ts";
import { setUpWorktree } from "../../worktree/seeding/set-up.ts";
import type { Slot } from "./slot.ts";

/**
 * Makes the place a task is worked in: the record first, then the worktree on its own branch at the target's tip, what it
 * is seeded with, and what the worker reads. Nothing is left behind where it fails but the record, which the caller ends.
 */
export async function prepare(run: ParallelRun, admin: AdminLock, slot: Slot): Promise<WorkerRecord> {
  const { context, state, target } = run;
  const { task, token } = slot;
  const id = task.id.trim();
  const base = await resolveCommit(context, `refs/heads/${target.branch}`);
  if (base === null) throw targetGone(target.branch);
  const path = join(run.workspaceRoot, id);
  const branch = `${run.branchPrefix}${id}`;
  const record = state.upsert({
    task_id: id,
    workspace_path: path,
    lifecycle: "running",
    started_at: formatTimestamp(context.clock.now()),
    push_attempts: 0,
    branch,
    base_commit: base,
    step: "creating",
    token,
    run_id: context.runId,
  });
  const directory = workerDirectory(context.runtimeDir, id);
  // What an earlier attempt reported is not this one's.
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  await createWorktree(context, admin, { taskId: id, runId: context.runId, path, branch, base });
  const { seeded } = await seedWorktree(context, { path, copyBooks: run.books === "coordinator" });
  await setUpWorktree(context, { path, taskId: id });
  const { hooks } = context;
  if (hooks.has("worktreeReady")) {
    await hooks.worktreeReady({ task, path, branch, cloneFromMain: (place, options) => cloneFromMain(run, path, place, options) });
  }
  writeWorkerInputs(directory, { task, repo: context, base, settings: { runId: context.runId, branch, seeded, remote: target.remote } });
  return state.patch(record.task_id, { step: "ready", ...(seeded.length === 0 ? {} : { seeded: [...seeded] }) });
}
