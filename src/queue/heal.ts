import { type Instant, parseTimestamp } from "../base/clock.ts";
import { type Books, withQueueTasks } from "./books.ts";
import { isTerminal } from "./status.ts";
import type { Task } from "./task.ts";

/** One task that stands in both files: its archive was cut off, or a merge brought the active copy back. */
export interface InterruptedArchive {
  readonly id: string;
  /** Indexes into the two task lists. */
  readonly active: number;
  readonly done: number;
}

/**
 * The active tasks whose done record is terminal and about the very same task. Sharing an id is not enough:
 * two branches can mint one id for two tasks, and dropping by id would delete a live one.
 */
export function findInterruptedArchives(books: Books): readonly InterruptedArchive[] {
  if (books.queue.tasks.length === 0 || books.done.tasks.length === 0) return [];
  const records = new Map<string, number[]>();
  for (const [index, task] of books.done.tasks.entries()) {
    const id = task.id.trim();
    const known = records.get(id);
    if (known === undefined) records.set(id, [index]);
    else known.push(index);
  }
  return books.queue.tasks.flatMap((task, active): InterruptedArchive[] => {
    const id = task.id.trim();
    const done = records.get(id)?.find((index) => isSameTask(task, books.done.tasks[index]));
    return done === undefined ? [] : [{ id, active, done }];
  });
}

/** The books without the active copies of finished tasks, and the ids of those. The done records stay as they are. */
export function heal(books: Books): { readonly books: Books; readonly healed: readonly string[] } {
  const found = findInterruptedArchives(books);
  if (found.length === 0) return { books, healed: [] };
  const dropped = new Set(found.map((archive) => archive.active));
  const tasks = books.queue.tasks.filter((_, index) => !dropped.has(index));
  return { books: withQueueTasks(books, tasks), healed: found.map((archive) => archive.id) };
}

/** What a read says about a task in both files. */
export function interruptedArchiveNotice(): string {
  return "stands in both the queue and the done file: it counts as its done record says, and the next command that changes the queue drops the active copy";
}

function isSameTask(active: Task, done: Task | undefined): boolean {
  if (done === undefined || !isTerminal(done.status)) return false;
  const begun = createdAt(active);
  if (begun === null || begun !== createdAt(done)) return false;
  const hasFraction = begun % 1_000_000_000n !== 0n;
  return hasFraction || active.title === done.title;
}

function createdAt(task: Task): Instant | null {
  return task.created_at === undefined ? null : (parseTimestamp(task.created_at)?.instant ?? null);
}
