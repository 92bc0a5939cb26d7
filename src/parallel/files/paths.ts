import { join } from "node:path";

/** `.cueloop/cache/parallel/workers/<TASK_ID>` of the coordinator's checkout: what coordinator and worker tell each other for good. */
export function workerDirectory(runtimeDir: string, taskId: string): string {
  return join(runtimeDir, "cache", "parallel", "workers", taskId.trim());
}

/** The files of a worker's run directory. */
export function workerFiles(directory: string) {
  return {
    /** The task as it was selected. */
    task: join(directory, "task.json"),
    /** The effective configuration. */
    config: join(directory, "config.json"),
    /** Written by the worker only: where it stands. */
    worker: join(directory, "worker.json"),
    /** Written by the worker only: how it ended. */
    result: join(directory, "result.json"),
    /** Books of the coordinator's checkout, set aside while the target moves. */
    landingBackup: join(directory, "landing-backup"),
  } as const;
}

/** The files of the run directory of a task's worker. */
export function filesOfTask(runtimeDir: string, taskId: string): ReturnType<typeof workerFiles> {
  return workerFiles(workerDirectory(runtimeDir, taskId));
}

/** `.cueloop/logs/parallel/<TASK_ID>.log`: everything the worker's process printed. */
export function workerLogPath(runtimeDir: string, taskId: string): string {
  return join(runtimeDir, "logs", "parallel", `${taskId.trim()}.log`);
}

/** `.cueloop/cache/parallel/blocked_push.json` of the worktree. */
export function blockedMarkerPath(worktreeRuntimeDir: string): string {
  return join(worktreeRuntimeDir, "cache", "parallel", "blocked_push.json");
}
