import type { Books, QueueFile } from "../books.ts";
import { followIds } from "../change/follow-ids.ts";
import { canonicalTask, type Task } from "../task.ts";
import type { Entry, Sides } from "./sides.ts";

/**
 * Keys of our tasks whose id belongs to another task of theirs: each needs a new id. An id that a rejected task
 * shares with another one in our own books stays shared.
 * @param result what is left of each key after the merge
 */
export function findCollisions(result: ReadonlyMap<string, Entry>, { ours, theirs }: Sides): readonly string[] {
  const owned = new Set([...theirs.entries.values()].map(({ task }) => task.id.trim()));
  const suspects = [...result].filter(([key, { task }]) => !theirs.entries.has(key) && owned.has(task.id.trim()));
  const collides = (mine: Task) =>
    [...result].some(([other, { task }]) => {
      if (!theirs.entries.has(other) || task.id.trim() !== mine.id.trim()) return false;
      return (isLive(mine) && isLive(task)) || !ours.entries.has(other);
    });
  return suspects.filter(([, { task }]) => collides(task)).map(([key]) => key);
}

/** Rejected tasks may share their id. */
function isLive(task: Task): boolean {
  return task.status !== "rejected";
}

/**
 * Our books with these new ids; references follow, and a note tells the former id.
 * @param tasks those that get one, as they stand in the books
 */
export function renumber(ours: Books, tasks: ReadonlySet<Task>, ids: ReadonlyMap<string, string>, now: string): Books {
  return mapTasks(ours, (task) => {
    const followed = followIds(task, ids);
    const id = tasks.has(task) ? ids.get(task.id.trim()) : undefined;
    return id === undefined
      ? [followed]
      : [canonicalTask({ ...followed, id, updated_at: now, notes: [...followed.notes, formerId(task.id.trim())] })];
  });
}

/** The base for such books: it never had the renumbered tasks, and its references follow, which makes them no edit of ours. */
export function renumberBase(base: Books, tasks: ReadonlySet<Task>, ids: ReadonlyMap<string, string>): Books {
  return mapTasks(base, (task) => (tasks.has(task) ? [] : [followIds(task, ids)]));
}

function mapTasks(books: Books, change: (task: Task) => readonly Task[]): Books {
  const file = (before: QueueFile): QueueFile => ({ ...before, tasks: before.tasks.flatMap(change) });
  return { queue: file(books.queue), done: file(books.done) };
}

/** The note of a task that had to take another id. */
function formerId(id: string): string {
  return `Was ${id}, until another task with that id came in.`;
}
