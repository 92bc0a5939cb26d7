import type { Instant } from "../../../base/clock.ts";
import type { BlockingState } from "../../../queue/blocking.ts";
import type { Books } from "../../../queue/books.ts";
import { isCandidate, runnabilityReport } from "../../../queue/runnability.ts";
import { selectable, selectNext } from "../../../queue/selection.ts";
import { kindOfTask, type Task } from "../../../queue/task.ts";
import { scopesOverlap } from "./scope.ts";

export interface ScheduleWish {
  readonly includeDraft: boolean;
  readonly now: Instant;
  /** Ids that are not taken. */
  readonly exclude: ReadonlySet<string>;
  /** Tasks that are being worked. */
  readonly running: readonly Task[];
  /** Tasks whose scopes overlap are not worked together while there are others. */
  readonly scopeAware: boolean;
}

export type Scheduled =
  | { readonly kind: "task"; readonly task: Task }
  /** What could be started overlaps what is being worked. */
  | { readonly kind: "overlapping" }
  | { readonly kind: "no_candidates" | "blocked"; readonly blocking: BlockingState | null };

/**
 * The task a free worker takes: the first runnable one, in the order of the queue, whose scope overlaps that of none
 * being worked. Where every one overlaps, the first, as soon as at most one is being worked.
 */
export function scheduleNext(books: Books, wish: ScheduleWish): Scheduled {
  const passed = new Set(wish.exclude);
  let first: Task | null = null;
  for (;;) {
    const task = selectNext(books, { includeDraft: wish.includeDraft, preferDoing: true, now: wish.now, exclude: passed });
    if (task === null) break;
    if (!wish.scopeAware || !wish.running.some(({ scope }) => scopesOverlap(scope, task.scope))) return { kind: "task", task };
    first ??= task;
    passed.add(task.id.trim());
  }
  if (first !== null) return wish.running.length <= 1 ? { kind: "task", task: first } : { kind: "overlapping" };
  return idle(books, wish);
}

/** Every task that a free worker could take and that overlaps none being worked, in the order of the queue. */
export function schedulable(books: Books, wish: ScheduleWish): readonly Task[] {
  const { includeDraft, now, exclude } = wish;
  const tasks = selectable(books, { includeDraft, preferDoing: true, now, exclude });
  return wish.scopeAware ? tasks.filter((task) => !wish.running.some(({ scope }) => scopesOverlap(scope, task.scope))) : tasks;
}

function idle(books: Books, wish: ScheduleWish): Scheduled {
  const { includeDraft, now, exclude } = wish;
  const isLeft = (task: Task) =>
    !exclude.has(task.id.trim()) && (isCandidate(task, includeDraft) || (task.status === "doing" && kindOfTask(task) === "work_item"));
  const { summary } = runnabilityReport(books, { includeDraft, preferDoing: true, now });
  return { kind: books.queue.tasks.some(isLeft) ? "blocked" : "no_candidates", blocking: summary.blocking ?? null };
}
