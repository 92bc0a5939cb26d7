import { resolveCommit } from "../../../git/repository.ts";
import { type Books, findTask } from "../../../queue/books.ts";
import { isTerminal } from "../../../queue/status.ts";
import { BooksReader } from "../../../queue/store/read.ts";
import { booksAt } from "../../books/at-commit.ts";
import type { ParallelRun } from "../../run.ts";

/**
 * The books to choose the next task from, for a coordinator that looks several times a second. Where results land on a
 * branch that the checkout does not show, what is finished there counts as finished.
 */
export class SchedulingBooks {
  readonly #run: ParallelRun;
  readonly #reader: BooksReader;
  #elsewhere: { readonly tip: string; readonly books: Books } | null = null;

  constructor(run: ParallelRun) {
    this.#run = run;
    this.#reader = new BooksReader(run.context, "strict");
  }

  /** Errors: `queue.invalid` and others of reading. */
  async read(): Promise<Books> {
    const { context, state, books: authority, target } = this.#run;
    const books = this.#reader.read();
    const pending = state.records.some((record) => record.local_refresh === "pending");
    if (authority !== "git" || !pending) return books;
    const tip = await resolveCommit(context, `refs/heads/${target.branch}`);
    if (tip === null) return books;
    if (this.#elsewhere?.tip !== tip) this.#elsewhere = { tip, books: await booksAt(context, tip) };
    return withFinished(books, this.#elsewhere.books);
  }
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
