import { join } from "node:path";
import type { Books } from "../../queue/books.ts";
import { readSession } from "../../run/session/session-file.ts";
import { readSidecar } from "../../run/session/sidecar.ts";
import { type RunStatus, taskInProgress } from "../../run/status.ts";
import type { WorkerRecord } from "../state/record.ts";

/**
 * The status of a run with what its parallel workers have in hand: how far each has come stands in its worktree. A
 * worker that has not begun with its first phase is not among the tasks.
 */
export function withWorkers(books: Books, status: RunStatus, workers: readonly WorkerRecord[]): RunStatus {
  if (workers.length === 0) return status;
  const tasks = workers.flatMap((record) => {
    const runtimeDir = join(record.workspace_path, ".cueloop");
    const found = readSession(runtimeDir);
    if (found.kind !== "session" || found.session.task_id.trim() !== record.task_id.trim()) return [];
    return [taskInProgress({ runtimeDir }, books, { session: found.session, sidecar: readSidecar(runtimeDir), live: true })];
  });
  return { ...status, state: "running", tasks: [...status.tasks, ...tasks], blocking: null };
}
