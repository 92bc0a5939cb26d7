import { resolveCommit } from "../../../git/repository.ts";
import { type Books, findTask } from "../../../queue/books.ts";
import { isTerminal } from "../../../queue/status.ts";
import { readBooks } from "../../../queue/store/read.ts";
import { booksAt } from "../../books/at-commit.ts";
import type { ParallelRun } from "../../run.ts";

/**
 * The books to choose the next task from. Where results land on a branch that the checkout does not show, what is
 * finished there counts as finished. Errors: `queue.invalid` and others of reading.
 */
export async function booksFor(run: ParallelRun): Promise<Books> {
  const books = readBooks(run.context, "strict");
  const pending = run.state.records.some((record) => record.local_refresh === "pending");
  if (run.books !== "git" || !pending) return books;
  const tip = await resolveCommit(run.context, `refs/heads/${run.target.branch}`);
  return tip === null ? books : withFinished(books, await booksAt(run.context, tip));
}

/** The books, with every active task that is finished in the others taken as they have it. */
export function withFinished(books: Books, others: Books): Books {
  const finished = others.done.tasks.filter((task) => isTerminal(task.status) && findTask(books, task.id)?.file === "queue");
  if (finished.length === 0) return books;
  const ids = new Set(finished.map((task) => task.id.trim()));
  return {
    queue: { ...books.queue, tasks: books.queue.tasks.filter((task) => !ids.has(task.id.trim())) },
    done: { ...books.done, tasks: [...books.done.tasks, ...finished] },
  };
}
