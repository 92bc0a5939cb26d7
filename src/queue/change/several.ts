import { CueLoopError } from "../../base/errors.ts";
import type { Books } from "../books.ts";
import type { TerminalStatus } from "../status.ts";
import type { Task, TaskStatus } from "../task.ts";
import { type Completion, completeTask } from "./archive.ts";
import { type StatusChange, setStatus } from "./lifecycle.ts";

/** Which active tasks a command is about: those named, or those with any of the tags. */
export interface Selection {
  readonly ids: readonly string[];
  readonly tags: readonly string[];
}

/** Ids in order, each once. Error: `queue.nothing_selected`. */
export function selectedIds(books: Books, { ids, tags }: Selection): readonly string[] {
  const wanted = tags.map(folded).filter((tag) => tag !== "");
  const tagged = books.queue.tasks.filter((task) => task.tags.some((tag) => wanted.includes(folded(tag))));
  const chosen = (wanted.length > 0 ? tagged.map((task) => task.id) : ids).map((id) => id.trim()).filter((id) => id !== "");
  if (chosen.length > 0) return [...new Set(chosen)];
  throw new CueLoopError("queue.nothing_selected", {
    message: wanted.length > 0 ? `No active task has the tag ${wanted.join(" or ")}.` : "No task is selected.",
    hint: "Name task ids, or choose by --tag-filter; `cueloop queue list` shows both.",
  });
}

/** Gives all of them a status, or none. Errors: `queue.task_not_found`. */
export function setStatuses(
  books: Books,
  ids: readonly string[],
  status: TaskStatus,
  change: StatusChange,
): { readonly books: Books; readonly tasks: readonly Task[] } {
  const tasks: Task[] = [];
  let current = books;
  for (const id of ids) {
    const changed = setStatus(current, id, status, change);
    current = changed.books;
    tasks.push(changed.task);
  }
  return { books: current, tasks };
}

export interface SeveralCompleted {
  readonly books: Books;
  /** One entry for each id, in order; `error` is null for a task that was finished. */
  readonly results: readonly { readonly id: string; readonly error: CueLoopError | null }[];
}

/** Finishes each of them that can be; one that cannot does not stop the others. */
export function completeSeveral(books: Books, ids: readonly string[], outcome: TerminalStatus, completion: Completion): SeveralCompleted {
  let current = books;
  const results = ids.map((id) => {
    try {
      current = completeTask(current, id, outcome, completion).books;
      return { id, error: null };
    } catch (error) {
      if (error instanceof CueLoopError) return { id, error };
      throw error;
    }
  });
  return { books: current, results };
}

function folded(text: string): string {
  return text.trim().toLowerCase();
}
