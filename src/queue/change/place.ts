import { type Books, withQueueTasks } from "../books.ts";
import type { Task } from "../task.ts";

/** Where new tasks go: `next` is before all waiting ones (after a first task in `doing`), `end` is after all. */
export type Position = "next" | "end";

/** The books with these tasks put in as one block, in their order. */
export function insertAt(books: Books, tasks: readonly Task[], position: Position): Books {
  const active = books.queue.tasks;
  const index = position === "end" ? active.length : active[0]?.status === "doing" ? 1 : 0;
  return withQueueTasks(books, active.toSpliced(index, 0, ...tasks));
}
