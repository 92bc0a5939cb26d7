import { CueLoopError } from "../base/errors.ts";
import type { Task } from "./task.ts";

/** One queue or done file. Only version 1 passes validation. */
export interface QueueFile {
  readonly version: number;
  readonly tasks: readonly Task[];
}

/** Both files together: the truth about tasks. */
export interface Books {
  /** Active file, in order of execution. */
  readonly queue: QueueFile;
  /** Done file, oldest first. */
  readonly done: QueueFile;
}

export const EMPTY_FILE: QueueFile = { version: 1, tasks: [] };

/** How many tasks at each end of two lists are the same objects; none is counted at both ends. */
export function sharedEnds(was: readonly Task[], is: readonly Task[]): { readonly head: number; readonly tail: number } {
  const shorter = Math.min(was.length, is.length);
  let head = 0;
  while (head < shorter && was[head] === is[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && was[was.length - 1 - tail] === is[is.length - 1 - tail]) tail += 1;
  return { head, tail };
}

/** First task with this id (trimmed, case-sensitive) in file order, active before done. */
export function findTask(
  books: Books,
  id: string,
): { readonly task: Task; readonly file: "queue" | "done"; readonly index: number } | null {
  const wanted = id.trim();
  for (const file of ["queue", "done"] as const) {
    const index = books[file].tasks.findIndex((task) => task.id.trim() === wanted);
    const task = books[file].tasks[index];
    if (task !== undefined) return { task, file, index };
  }
  return null;
}

/** The active task with this id. Errors: `queue.id_blank`, `queue.task_not_found`. */
export function requireActive(books: Books, id: string): { readonly task: Task; readonly index: number } {
  const wanted = requireId(id);
  const index = books.queue.tasks.findIndex((task) => task.id.trim() === wanted);
  const task = books.queue.tasks[index];
  if (task !== undefined) return { task, index };
  const finished = books.done.tasks.find((candidate) => candidate.id.trim() === wanted);
  throw taskNotFound(
    wanted,
    finished === undefined
      ? "`cueloop queue list` shows the ids in use."
      : `It is in the done file with status ${finished.status}, where it cannot be changed.`,
  );
}

/** The id without surrounding blanks. Error: `queue.id_blank`. */
export function requireId(id: string): string {
  const trimmed = id.trim();
  if (trimmed !== "") return trimmed;
  throw new CueLoopError("queue.id_blank", { message: "The task id is empty.", hint: "Give an id as `cueloop queue list` shows it." });
}

/** The error for an id that names no task: `queue.task_not_found`. */
export function taskNotFound(id: string, hint = "`cueloop queue list --include-done` shows all ids."): CueLoopError {
  return new CueLoopError("queue.task_not_found", { message: `Task not found: ${id}`, hint, where: { taskId: id } });
}

/** The books with other active tasks. */
export function withQueueTasks(books: Books, tasks: readonly Task[]): Books {
  return { ...books, queue: { ...books.queue, tasks } };
}

/** The books with the active task at `index` replaced. */
export function replaceActive(books: Books, index: number, task: Task): Books {
  return withQueueTasks(books, books.queue.tasks.with(index, task));
}
