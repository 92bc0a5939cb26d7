import { formatTimestamp, type Instant } from "../../base/clock.ts";
import { type Books, findTask } from "../../queue/books.ts";
import { archiveTerminal } from "../../queue/change/archive.ts";
import { appendNotes, applyStatus, type TerminalStatus } from "../../queue/status.ts";
import { canonicalTask, type Task } from "../../queue/task.ts";

export interface Finish {
  readonly taskId: string;
  readonly outcome: TerminalStatus;
  readonly at: Instant;
  readonly notes: readonly string[];
  /** Custom fields to set; null removes one. */
  readonly fields: Readonly<Record<string, string | null>>;
  readonly redact: (text: string) => string;
}

/**
 * The books with the task finished, and with every finished task moved to the done file. A task that somebody
 * finished already keeps what it says; only the fields are set.
 */
export function finishTask(books: Books, finish: Finish): Books {
  const found = findTask(books, finish.taskId);
  if (found === null) return books;
  const { task, file, index } = found;
  const stamped = task.status === finish.outcome ? task : applyStatus(task, finish.outcome, formatTimestamp(finish.at));
  const finished = withFields(appendNotes(stamped, finish.notes, finish.redact), finish.fields);
  const changed = { ...books, [file]: { ...books[file], tasks: books[file].tasks.with(index, finished) } };
  return archiveTerminal(changed, finish.at).books;
}

/** The books with custom fields set on a task, wherever it is. */
export function setFields(books: Books, taskId: string, fields: Finish["fields"]): Books {
  const found = findTask(books, taskId);
  if (found === null) return books;
  const { task, file, index } = found;
  return { ...books, [file]: { ...books[file], tasks: books[file].tasks.with(index, withFields(task, fields)) } };
}

/** The books with a record taken out of the done file and put back into the active one, at its place. */
export function reopenTask(books: Books, record: { readonly index: number; readonly task: Task }): Books {
  const id = record.task.id.trim();
  const others = (tasks: readonly Task[]) => tasks.filter((task) => task.id.trim() !== id);
  return {
    queue: { ...books.queue, tasks: others(books.queue.tasks).toSpliced(record.index, 0, record.task) },
    done: { ...books.done, tasks: others(books.done.tasks) },
  };
}

function withFields(task: Task, fields: Finish["fields"]): Task {
  const merged: Record<string, string> = { ...task.custom_fields };
  for (const [key, value] of Object.entries(fields)) {
    if (value === null) delete merged[key];
    else merged[key] = value;
  }
  return canonicalTask({ ...task, custom_fields: merged });
}
