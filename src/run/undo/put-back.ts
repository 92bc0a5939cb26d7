import { type Books, findTask } from "../../queue/books.ts";
import { appendNotes } from "../../queue/status.ts";
import { canonicalTask, type Task, type TaskStatus } from "../../queue/task.ts";
import type { PlacedTask } from "../session/sidecar.ts";

export interface PutBack {
  /** The record before the work, and its place then. */
  readonly before: PlacedTask;
  /** Instead of the status it had. */
  readonly status?: TaskStatus;
  /** Added to its notes. */
  readonly note?: string;
  /** For a record that is changed beyond what it was. */
  readonly now: string;
  readonly redact: (text: string) => string;
}

/**
 * The books with a task's record as it was before the work: where it is in the active queue now, else at its old
 * place. Notes that were added since stay; every other task is as it is.
 */
export function putBack(books: Books, { before, status, note, now, redact }: PutBack): Books {
  const id = before.task.id.trim();
  const found = findTask(books, id);
  const later = laterNotes(before.task, found?.task ?? null);
  // Done once more after an interruption, it adds its note once.
  const own = note === undefined || later.includes(redact(note).trim()) ? [] : [note];
  const kept = appendNotes({ ...before.task, notes: [...before.task.notes, ...later] }, own, redact);
  const isChanged = note !== undefined || (status !== undefined && status !== before.task.status);
  const record = canonicalTask(isChanged ? { ...kept, status: status ?? kept.status, updated_at: now } : kept);
  const others = (tasks: readonly Task[]) => tasks.filter((task) => task.id.trim() !== id);
  const place = found?.file === "queue" ? found.index : before.index;
  return {
    queue: { ...books.queue, tasks: others(books.queue.tasks).toSpliced(place, 0, record) },
    done: { ...books.done, tasks: others(books.done.tasks) },
  };
}

/** The notes of `now` that `before` does not have; one said twice counts twice. */
function laterNotes(before: Task, now: Task | null): string[] {
  const known = new Map<string, number>();
  for (const note of before.notes) known.set(note, (known.get(note) ?? 0) + 1);
  return (now?.notes ?? []).filter((note) => {
    const left = known.get(note) ?? 0;
    known.set(note, left - 1);
    return left <= 0;
  });
}
