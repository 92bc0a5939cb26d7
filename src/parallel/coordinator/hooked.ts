import { type Books, findTask } from "../../queue/books.ts";
import type { Task } from "../../queue/task.ts";
import type { HookSettings } from "../../run/hooks.ts";
import type { ParallelRun } from "../run.ts";
import type { SchedulingBooks } from "./scheduling/books-for.ts";
import { type Scheduled, type ScheduleWish, schedulable, scheduleNext } from "./scheduling/schedule.ts";

/** The task a free worker takes, by the hook `selectTask` where there is one and a choice. */
export async function scheduleAsked({ context }: ParallelRun, books: Books, wish: ScheduleWish): Promise<Scheduled> {
  const found = scheduleNext(books, wish);
  if (found.kind !== "task" || !context.hooks.has("selectTask")) return found;
  const candidates = schedulable(books, wish);
  const chosen = candidates.length > 1 ? await context.hooks.selectTask(candidates) : null;
  return chosen === null ? found : { kind: "task", task: chosen };
}

/** A task that may begin, as the books have it after its hook; null: the hook passes it over, which `skipped` then says. */
export interface Begun {
  readonly task: Task;
  readonly hookSettings: HookSettings | null;
}

/** Asks the hook `beforeTask`, before anything is made for the task. Error: `hook.failed`. */
export async function askBeforeTask(
  { context }: ParallelRun,
  books: SchedulingBooks,
  task: Task,
  skipped: Map<string, string>,
): Promise<Begun | null> {
  if (!context.hooks.has("beforeTask")) return { task, hookSettings: null };
  const verdict = await context.hooks.beforeTask(task);
  if (verdict.kind === "skip") {
    skipped.set(task.id.trim(), verdict.reason);
    context.emit({ kind: "message", task_id: task.id, message: `The hook beforeTask skips ${task.id}: ${verdict.reason}` });
    return null;
  }
  // The hook may have written to the queue.
  return { task: findTask(await books.read(), task.id)?.task ?? task, hookSettings: verdict.settings };
}
