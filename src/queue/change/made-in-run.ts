import { parseTimestamp } from "../../base/clock.ts";
import { CueLoopError } from "../../base/errors.ts";
import type { Books } from "../books.ts";
import { kindOfTask, type Task } from "../task.ts";

/** Custom field that names the run in which an agent made the task. */
export const CREATED_IN_RUN = "cueloop.created_in_run";

/** How many tasks an agent may make while it works on one. */
export const TASKS_PER_RUN_TASK = 10;

/** Says that tasks are made by the agent of a run, on behalf of the run's own task. */
export interface MakingRun {
  readonly runId: string;
  readonly taskId: string;
  /** When the run took its task (RFC 3339); null counts all tasks made in that run. */
  readonly since: string | null;
}

/** Refuses what goes beyond the limit: `queue.too_many_made_in_run`. */
export function checkRunLimit(books: Books, run: MakingRun, count: number): void {
  const made = [...books.queue.tasks, ...books.done.tasks].filter((task) => isMadeBy(task, run)).length;
  if (made + count <= TASKS_PER_RUN_TASK) return;
  throw new CueLoopError("queue.too_many_made_in_run", {
    message:
      `An agent may make at most ${TASKS_PER_RUN_TASK} tasks while it works on one; ` +
      `${made} were made for ${run.taskId} so far, and this request holds ${count}. Nothing was written.`,
    hint: "Keep the most valuable ones, or join several into one task.",
    where: { taskId: run.taskId },
  });
}

/** Custom fields with the mark of the run; one that the request brought along is overwritten. */
export function markedFields(fields: Readonly<Record<string, string>>, run: MakingRun | undefined): Readonly<Record<string, string>> {
  return run === undefined ? fields : { ...fields, [CREATED_IN_RUN]: run.runId };
}

function isMadeBy(task: Task, run: MakingRun): boolean {
  if (task.custom_fields[CREATED_IN_RUN] !== run.runId) return false;
  const since = run.since === null ? null : (parseTimestamp(run.since)?.instant ?? null);
  const made = task.created_at === undefined ? null : (parseTimestamp(task.created_at)?.instant ?? null);
  return since === null || made === null || made >= since;
}

/** Ids of the active tasks that agents made during these runs. */
export function madeInRuns(books: Books, runs: ReadonlySet<string>): string[] {
  const isNew = (task: Task) => kindOfTask(task) === "work_item" && runs.has(task.custom_fields[CREATED_IN_RUN] ?? "");
  return books.queue.tasks.filter(isNew).map((task) => task.id.trim());
}
