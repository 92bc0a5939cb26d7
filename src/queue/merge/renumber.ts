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
 * Our books with a new id for each of these tasks; references of ours follow, and a note tells the former id.
 * @param colliding the tasks as they stand in our books
 */
export function renumber(
  ours: Books,
  colliding: ReadonlySet<Task>,
  ids: readonly string[],
  now: string,
): { readonly books: Books; readonly renamed: ReadonlyMap<string, string> } {
  const renamed = new Map([...colliding].map((task, index) => [task.id.trim(), ids[index] ?? ""]));
  const change = (task: Task): Task => {
    const followed = followIds(task, renamed);
    const id = colliding.has(task) ? renamed.get(task.id.trim()) : undefined;
    if (id === undefined) return followed;
    return canonicalTask({ ...followed, id, updated_at: now, notes: [...followed.notes, formerId(task.id.trim())] });
  };
  const file = (before: QueueFile): QueueFile => ({ ...before, tasks: before.tasks.map(change) });
  return { books: { queue: file(ours.queue), done: file(ours.done) }, renamed };
}

/** The note of a task that had to take another id. */
function formerId(id: string): string {
  return `Was ${id}, until another task with that id came in.`;
}
