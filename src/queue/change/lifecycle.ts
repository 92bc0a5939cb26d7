import { CueLoopError } from "../../base/errors.ts";
import { type Books, replaceActive, requireActive } from "../books.ts";
import { appendNotes, applyStatus, isTerminal } from "../status.ts";
import { canonicalTask, kindOfTask, type Task, type TaskStatus } from "../task.ts";

export interface StatusChange {
  /** `formatTimestamp` of the moment. */
  readonly now: string;
  readonly note?: string;
  /** Takes secrets out of the note. */
  readonly redact: (text: string) => string;
}

export interface Changed {
  readonly books: Books;
  readonly task: Task;
  readonly before: TaskStatus;
}

/** Gives an active task a status; any change is allowed. Errors: `queue.id_blank`, `queue.task_not_found`. */
export function setStatus(books: Books, id: string, status: TaskStatus, change: StatusChange): Changed {
  const { task, index } = requireActive(books, id);
  const changed = appendNotes(applyStatus(task, status, change.now), change.note === undefined ? [] : [change.note], change.redact);
  return { books: replaceActive(books, index, changed), task: changed, before: task.status };
}

/** Makes a draft ready to be run. Errors: `queue.id_blank`, `queue.task_not_found`, `queue.not_a_draft`. */
export function readyTask(books: Books, id: string, change: StatusChange): Changed {
  const { task } = requireActive(books, id);
  if (task.status === "draft") return setStatus(books, id, "todo", change);
  throw new CueLoopError("queue.not_a_draft", {
    message: `Task ${task.id.trim()} has status ${task.status}; only a draft can be made ready.`,
    hint: task.status === "todo" ? "It is ready already." : `To set it back to todo: \`cueloop task status todo ${task.id.trim()}\`.`,
    where: { taskId: task.id.trim() },
  });
}

export interface Started extends Changed {
  /** False when the task was begun before and nothing was changed. */
  readonly changed: boolean;
}

/**
 * Begins an active task by hand. One already `doing` with a start time is left as it is unless `reset`.
 * Errors: `queue.id_blank`, `queue.task_not_found`, `queue.start_terminal`, `queue.start_group`.
 */
export function startTask(books: Books, id: string, options: { readonly now: string; readonly reset?: boolean }): Started {
  const { task, index } = requireActive(books, id);
  const taskId = task.id.trim();
  if (isTerminal(task.status)) {
    throw new CueLoopError("queue.start_terminal", {
      message: `Task ${taskId} is already ${task.status} and cannot be started.`,
      hint: `To work on it once more: \`cueloop task status todo ${taskId}\`.`,
      where: { taskId },
    });
  }
  if (kindOfTask(task) === "group") {
    throw new CueLoopError("queue.start_group", {
      message: `Task ${taskId} is a group: it holds other tasks and is never worked itself.`,
      hint: "Start one of the tasks that have it as parent_id.",
      where: { taskId },
    });
  }
  const restart = options.reset === true || task.started_at === undefined;
  if (!restart && task.status === "doing") return { books, task, before: task.status, changed: false };
  const stamped = restart ? canonicalTask({ ...task, started_at: options.now }) : task;
  const started = applyStatus(stamped, "doing", options.now);
  return { books: replaceActive(books, index, started), task: started, before: task.status, changed: true };
}
