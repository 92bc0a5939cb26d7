import type { Books, QueueFile } from "../books.ts";
import { type IdRules, isValidId, nextIds } from "../ids.ts";
import type { Task } from "../task.ts";
import { followIds } from "./follow-ids.ts";

export interface Reassigned {
  readonly books: Books;
  /** Old and new id, in the order of the tasks. */
  readonly remapped: readonly (readonly [string, string])[];
  /** Number of tasks whose references follow a renamed task. */
  readonly rewritten: number;
}

/**
 * Gives a new id to every task whose id is invalid or taken by a task before it (active before done, case aside).
 * A rejected task may share its id. References follow only where nobody has the old id any more; otherwise they
 * mean the task that kept it.
 */
export function reassignIds(books: Books, rules: IdRules): Reassigned {
  const taken = new Set<string>();
  const needsNew = (task: Task) => {
    if (!isValidId(task.id, rules)) return true;
    if (task.status === "rejected") return false;
    const key = task.id.trim().toUpperCase();
    if (taken.has(key)) return true;
    taken.add(key);
    return false;
  };
  const wrong = new Set([...books.queue.tasks, ...books.done.tasks].filter(needsNew));
  if (wrong.size === 0) return { books, remapped: [], rewritten: 0 };

  const { ids } = nextIds(books, { ...rules, count: wrong.size });
  const newIds = new Map([...wrong].map((task, index) => [task, ids[index] ?? ""] as const));
  const renamed = mapTasks(books, (task) => {
    const id = newIds.get(task);
    return id === undefined ? task : { ...task, id };
  });
  const present = new Set([...renamed.queue.tasks, ...renamed.done.tasks].map((task) => task.id.trim()));
  const moved = new Map<string, string>();
  for (const [task, id] of newIds) {
    const old = task.id.trim();
    if (old !== "" && !present.has(old) && !moved.has(old)) moved.set(old, id);
  }
  let rewritten = 0;
  const followed = mapTasks(renamed, (task) => {
    const changed = followIds(task, moved);
    if (changed !== task) rewritten += 1;
    return changed;
  });
  return { books: followed, remapped: [...newIds].map(([task, id]) => [task.id.trim(), id] as const), rewritten };
}

function mapTasks(books: Books, change: (task: Task) => Task): Books {
  const file = (before: QueueFile): QueueFile => ({ ...before, tasks: before.tasks.map(change) });
  return { queue: file(books.queue), done: file(books.done) };
}
