import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { formatTimestamp } from "../../base/clock.ts";
import { git } from "../../git/run.ts";
import { filesOfTask } from "../files/paths.ts";
import { readResult } from "../files/result-file.ts";
import { readWorkerFile } from "../files/worker-file.ts";
import type { ParallelRun } from "../run.ts";
import type { AdminLock } from "../worktree/admin-lock.ts";
import { listOurWorktrees } from "../worktree/list.ts";
import { canonicalPath } from "../worktree/note.ts";

/** The repository was moved, alone or together with its worktrees: both find each other again. */
export async function repairMoved({ context, state, workspaceRoot }: ParallelRun, admin: AdminLock): Promise<void> {
  const lost: string[] = [];
  for (const { task_id: id, workspace_path: recorded } of state.records) {
    const path = existsSync(recorded) ? recorded : join(workspaceRoot, id.trim());
    if (!existsSync(join(path, ".git"))) continue;
    if ((await git({ ...context, root: path }, ["rev-parse", "--git-dir"])).code !== 0) lost.push(path);
    if (path !== recorded) state.patch(id, { workspace_path: path });
  }
  if (lost.length > 0) await admin.run(() => git(context, ["worktree", "repair", "--", ...lost]));
}

/** Worktrees of ours that the state file does not know get a record again: the file was lost, or somebody deleted it. */
export async function adoptUnknown({ context, state, workspaceRoot }: ParallelRun): Promise<void> {
  const root = canonicalPath(workspaceRoot);
  for (const worktree of await listOurWorktrees(context)) {
    const { taskId, path, note } = worktree;
    if (state.find(taskId) !== null || dirname(canonicalPath(path)) !== root) continue;
    const files = filesOfTask(context.runtimeDir, taskId);
    const account = readWorkerFile(files.worker);
    state.upsert({
      task_id: taskId,
      workspace_path: path,
      lifecycle: "running",
      started_at: note?.created_at ?? formatTimestamp(context.clock.now()),
      push_attempts: account?.attempt ?? 0,
      branch: worktree.branch ?? note?.branch ?? null,
      base_commit: note?.base ?? null,
      step: account === null ? "creating" : "working",
      token: account?.token ?? readResult(files.result)?.token ?? null,
      run_id: worktree.runId,
      ...(note === null ? {} : { seeded: [...note.seeded] }),
    });
  }
}
