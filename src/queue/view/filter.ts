import { type Instant, parseTimestamp } from "../../base/clock.ts";
import { type Books, findTask, taskNotFound } from "../books.ts";
import type { Task, TaskStatus } from "../task.ts";

/** What of the books a list shows. Values of one kind are alternatives, the kinds must all hold. */
export interface TaskFilter {
  readonly statuses?: readonly TaskStatus[];
  /** A task has one of these tags, blanks at the ends and case aside. */
  readonly tags?: readonly string[];
  /** One of the task's scopes contains one of these texts, blanks at the ends and case aside. */
  readonly scopes?: readonly string[];
  /** Only tasks that depend on this id, directly or through others. */
  readonly dependsOn?: string;
  /** Only tasks with a `scheduled_start`. */
  readonly scheduled?: boolean;
  /** Only tasks that start strictly after or before. */
  readonly scheduledAfter?: Instant;
  readonly scheduledBefore?: Instant;
  /** Which files: the queue alone (default), both, or the done file alone. */
  readonly files?: "queue" | "both" | "done";
}

/** The tasks that pass, active ones first, in file order. Error: `queue.task_not_found` for `dependsOn`. */
export function filterTasks(books: Books, filter: TaskFilter): readonly Task[] {
  const files = filter.files ?? "queue";
  const tasks = [...(files === "done" ? [] : books.queue.tasks), ...(files === "queue" ? [] : books.done.tasks)];
  const tags = wanted(filter.tags);
  const scopes = wanted(filter.scopes);
  const dependents = filter.dependsOn === undefined ? null : dependentsOf(books, tasks, filter.dependsOn);
  return tasks.filter(
    (task) =>
      (filter.statuses === undefined || filter.statuses.length === 0 || filter.statuses.includes(task.status)) &&
      (tags.length === 0 || task.tags.some((tag) => tags.includes(folded(tag)))) &&
      (scopes.length === 0 || task.scope.some((scope) => scopes.some((text) => folded(scope).includes(text)))) &&
      (dependents === null || dependents.has(task.id.trim())) &&
      isScheduledWithin(task, filter),
  );
}

/** Ids that depend on `id` through any number of steps, itself not among them; the search stays among `tasks`. */
function dependentsOf(books: Books, tasks: readonly Task[], id: string): ReadonlySet<string> {
  const root = id.trim();
  if (findTask(books, root) === null) throw taskNotFound(root);
  const direct = new Map<string, string[]>();
  for (const task of tasks) {
    for (const item of task.depends_on) {
      const target = item.trim();
      const known = direct.get(target);
      if (known === undefined) direct.set(target, [task.id.trim()]);
      else known.push(task.id.trim());
    }
  }
  const found = new Set<string>();
  const open = [root];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const dependent of direct.get(next) ?? []) {
      if (dependent === root || found.has(dependent)) continue;
      found.add(dependent);
      open.push(dependent);
    }
  }
  return found;
}

function isScheduledWithin(task: Task, filter: TaskFilter): boolean {
  const { scheduledAfter: after, scheduledBefore: before } = filter;
  if (filter.scheduled !== true && after === undefined && before === undefined) return true;
  if (task.scheduled_start === undefined) return false;
  if (after === undefined && before === undefined) return true;
  const start = parseTimestamp(task.scheduled_start)?.instant;
  return start !== undefined && (after === undefined || start > after) && (before === undefined || start < before);
}

function wanted(values: readonly string[] = []): readonly string[] {
  return values.map(folded).filter((value) => value !== "");
}

function folded(text: string): string {
  return text.trim().toLowerCase();
}
