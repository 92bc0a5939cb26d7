import { CueLoopError } from "../../base/errors.ts";
import { readJson } from "../../base/json/read.ts";
import { type Task, TaskRecord } from "../../queue/task.ts";
import { filesOfTask } from "./paths.ts";

/** The task as its worker was given it; null when there is none that can be understood. */
export function readTaskFile(runtimeDir: string, taskId: string): Task | null {
  return readJson(TaskRecord, filesOfTask(runtimeDir, taskId).task);
}

/** The same where nothing can be done without it: an error with this code. */
export function requireTaskFile(runtimeDir: string, taskId: string, code: string): Task {
  const task = readTaskFile(runtimeDir, taskId);
  if (task !== null) return task;
  const path = filesOfTask(runtimeDir, taskId).task;
  throw new CueLoopError(code, {
    message: `${path}, which holds ${taskId} as it was selected, is missing or cannot be understood.`,
    where: { file: path, taskId },
  });
}
