import { CueLoopError } from "../../base/errors.ts";
import type { RepoContext } from "../../config/context.ts";
import { type Books, findTask, taskNotFound } from "../../queue/books.ts";
import { runnabilityReport } from "../../queue/runnability.ts";
import { selectNext } from "../../queue/selection.ts";
import { SHARED_LABEL } from "../../queue/store/lock.ts";
import { readBooks } from "../../queue/store/read.ts";
import { withQueue } from "../../queue/store/transaction.ts";
import { filterTasks } from "../../queue/view/filter.ts";
import { readFilter, readId, requireChange } from "./arguments.ts";
import { fromCaller } from "./call-site.ts";
import { BooksDraft, type QueueDraft } from "./draft.ts";
import { frozen } from "./frozen.ts";
import type { Queue, QueueFilter } from "./queue.ts";

export interface QueueOptions {
  /** The run that the changes belong to. */
  readonly runId?: string;
  /** Tasks that are being worked: no transaction may change their status. */
  readonly running?: () => ReadonlySet<string>;
}

/**
 * The queue of a repository. A transaction takes the queue lock as commands on single tasks do: during a run it joins the
 * run's own, under the inner mutex, so that it never waits for the run it is part of.
 */
export function openQueueOf(context: RepoContext, options: QueueOptions = {}): Queue {
  return {
    ...reads(context, () => readBooks(context, "lenient")),
    transaction: (label, change) =>
      fromCaller(async () => {
        requireChange(label, change);
        return withQueue(
          context,
          { label: SHARED_LABEL, operation: label, ...(options.runId === undefined ? {} : { runId: options.runId }) },
          (books, now) => {
            const draft = new BooksDraft(books, {
              ids: { prefix: context.idPrefix, width: context.idWidth },
              now,
              redact: context.redact,
            });
            const result = changed(draft, change);
            for (const id of options.running?.() ?? []) requireSameStatus(books, draft.books, id);
            return { books: draft.books, result };
          },
        );
      }),
  };
}

/** The queue as it was, in a worker of a parallel run: its worktree's copy is thrown away, and so would be what is written there. */
export function snapshotQueue(context: RepoContext, books: Books): Queue {
  return {
    ...reads(context, () => books),
    transaction: async () => {
      throw new CueLoopError("queue.read_only_in_worker", {
        message: "A worker of a parallel run cannot change the queue: its copy is thrown away with the worktree.",
        hint: "Do it in the hook `afterTask`, which is called in the coordinator.",
      });
    },
  };
}

function reads(context: RepoContext, books: () => Books): Omit<Queue, "transaction"> {
  const listed = (call: string, files: "queue" | "done", filter: QueueFilter | undefined) =>
    frozen(filterTasks(books(), { ...readFilter(call, filter), files }));
  const options = () => ({ includeDraft: false, preferDoing: true, now: context.clock.now() });
  return {
    tasks: async (filter) => listed("tasks()", "queue", filter),
    done: async (filter) => listed("done()", "done", filter),
    get: async (id) => frozen(findTask(books(), readId("get()", id))?.task ?? null),
    next: async () => frozen(selectNext(books(), options())),
    explain: async (id) => {
      const wanted = readId("explain()", id).trim();
      const row = runnabilityReport(books(), options()).tasks.find((one) => one.id.trim() === wanted);
      if (row === undefined) throw taskNotFound(wanted);
      return frozen(row);
    },
  };
}

function changed<T>(draft: QueueDraft, change: (draft: QueueDraft) => T): T {
  const result = change(draft);
  if (result instanceof Promise) {
    result.catch(() => undefined);
    throw new CueLoopError("queue.change_async", {
      message: "The change of a transaction must not be async: the queue is locked while it runs. Nothing was changed.",
      hint: "Find out first what is to be written, then call `queue.transaction`.",
    });
  }
  return result;
}

function requireSameStatus(before: Books, after: Books, id: string): void {
  const was = findTask(before, id)?.task.status;
  const is = findTask(after, id)?.task.status;
  if (was === is) return;
  throw new CueLoopError("queue.task_running", {
    message: `${id} is being worked: its status is the run's to change. Nothing was changed.`,
    hint: "Other values of it may be changed; its status once its attempt has ended, in the hook `afterTask`.",
    where: { taskId: id },
  });
}
