import { formatTimestamp, type Instant, parseTimestamp } from "../../base/clock.ts";
import { CueLoopError } from "../../base/errors.ts";
import { type Books, requireActive } from "../books.ts";
import { appendNotes, applyStatus, isTerminal, type TerminalStatus } from "../status.ts";
import { canonicalTask, type Task } from "../task.ts";

export interface Completion {
  /** `formatTimestamp` of the moment. */
  readonly now: string;
  readonly notes?: readonly string[];
  /** Takes secrets out of notes. */
  readonly redact: (text: string) => string;
  /** Custom fields to set; keys and values are trimmed, blank ones skipped. */
  readonly fields?: Readonly<Record<string, string>>;
}

/**
 * Finishes an active task and moves it to the end of the done file. Only `todo` and `doing` can be finished.
 * Errors: `queue.id_blank`, `queue.task_not_found`, `queue.complete_draft`, `queue.complete_terminal`.
 */
export function completeTask(
  books: Books,
  id: string,
  outcome: TerminalStatus,
  completion: Completion,
): { readonly books: Books; readonly task: Task } {
  const { task, index } = requireActive(books, id);
  const taskId = task.id.trim();
  if (task.status === "draft") {
    throw new CueLoopError("queue.complete_draft", {
      message: `Task ${taskId} is a draft and cannot be marked ${outcome}.`,
      hint: `Make it ready first: \`cueloop task ready ${taskId}\`.`,
      where: { taskId },
    });
  }
  if (isTerminal(task.status)) {
    throw new CueLoopError("queue.complete_terminal", {
      message: `Task ${taskId} is already ${task.status} and cannot be completed again.`,
      hint: `To work on it once more: \`cueloop task status todo ${taskId}\`.`,
      where: { taskId },
    });
  }
  const noted = appendNotes(applyStatus(task, outcome, completion.now), completion.notes ?? [], completion.redact);
  const finished = canonicalTask({ ...noted, custom_fields: { ...noted.custom_fields, ...patchOf(completion.fields ?? {}) } });
  const queue = { ...books.queue, tasks: books.queue.tasks.toSpliced(index, 1) };
  return { books: { queue, done: { ...books.done, tasks: [...books.done.tasks, finished] } }, task: finished };
}

export interface Archived {
  readonly books: Books;
  /** Ids moved, in file order. */
  readonly moved: readonly string[];
  /** Ids of done records that got the `completed_at` they lacked. */
  readonly stamped: readonly string[];
}

/**
 * Moves finished active tasks to the end of the done file, and gives done records without `completed_at` one.
 * With `olderThanDays` above 0 only tasks finished at least so many days ago move.
 */
export function archiveTerminal(books: Books, now: Instant, olderThanDays = 0): Archived {
  const stamp = formatTimestamp(now);
  const moves = (task: Task) =>
    isTerminal(task.status) && (olderThanDays <= 0 || isFinishedBefore(task, now - BigInt(olderThanDays) * NS_PER_DAY));
  const leaving = books.queue.tasks.filter(moves);
  const stamped: string[] = [];
  const kept = books.done.tasks.map((task) => {
    if (!isTerminal(task.status) || task.completed_at?.trim()) return task;
    stamped.push(task.id.trim());
    return canonicalTask({ ...task, completed_at: stamp });
  });
  if (leaving.length === 0 && stamped.length === 0) return { books, moved: [], stamped };
  const arriving = leaving.map((task) =>
    canonicalTask({ ...task, completed_at: task.completed_at?.trim() ? task.completed_at : stamp, updated_at: stamp }),
  );
  return {
    books: {
      queue: leaving.length === 0 ? books.queue : { ...books.queue, tasks: books.queue.tasks.filter((task) => !moves(task)) },
      done: { ...books.done, tasks: [...kept, ...arriving] },
    },
    moved: leaving.map((task) => task.id.trim()),
    stamped,
  };
}

const NS_PER_DAY = 86_400_000_000_000n;

function isFinishedBefore(task: Task, limit: Instant): boolean {
  const finished = task.completed_at === undefined ? null : parseTimestamp(task.completed_at);
  return finished !== null && finished.offsetMinutes === 0 && finished.instant <= limit;
}

function patchOf(fields: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const pairs = Object.entries(fields).map(([key, value]) => [key.trim(), value.trim()] as const);
  return Object.fromEntries(pairs.filter(([key, value]) => key !== "" && value !== ""));
}
