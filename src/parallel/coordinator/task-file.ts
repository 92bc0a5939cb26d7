import { type Task, TaskRecord } from "../../queue/task.ts";
import { workerDirectory, workerFiles } from "../files/paths.ts";
import { readJson } from "../files/result-file.ts";

/** The task as its worker was given it; null when there is none that can be understood. */
export function readTaskFile(runtimeDir: string, taskId: string): Task | null {
  return readJson(TaskRecord, workerFiles(workerDirectory(runtimeDir, taskId)).task);
}
