import { formatTimestamp } from "../base/clock.ts";
import { CueLoopError } from "../base/errors.ts";
import { type Books, requireActive } from "./books.ts";
import { futureStart, reasonsAgainst, type SelectionOptions, statusesOf, type UnmetDependency, unmetDependencies } from "./runnability.ts";
import { isTerminal } from "./status.ts";
import { kindOfTask, type Task } from "./task.ts";

/**
 * The task a run takes next, in file order: the first `doing` one when those are preferred (whatever its dependencies
 * and schedule), else the first runnable `todo`, else, with drafts included, the first runnable `draft`.
 */
export function selectNext(books: Books, options: SelectionOptions): Task | null {
  const items = books.queue.tasks.filter((task) => kindOfTask(task) === "work_item" && options.exclude?.has(task.id.trim()) !== true);
  const doing = options.preferDoing ? items.find((task) => task.status === "doing") : undefined;
  if (doing !== undefined) return doing;
  const statuses = statusesOf(books);
  const isRunnable = (task: Task) => reasonsAgainst(task, statuses, options).length === 0;
  const todo = items.find((task) => task.status === "todo" && isRunnable(task));
  if (todo !== undefined || !options.includeDraft) return todo ?? null;
  return items.find((task) => task.status === "draft" && isRunnable(task)) ?? null;
}

/** Every task a run could take now, the one it takes by default first. */
export function selectable(books: Books, options: SelectionOptions): readonly Task[] {
  const items = books.queue.tasks.filter((task) => kindOfTask(task) === "work_item" && options.exclude?.has(task.id.trim()) !== true);
  const statuses = statusesOf(books);
  const inStatus = (status: Task["status"]) =>
    items.filter((task) => task.status === status && (status === "doing" || reasonsAgainst(task, statuses, options).length === 0));
  return [...(options.preferDoing ? inStatus("doing") : []), ...inStatus("todo"), ...(options.includeDraft ? inStatus("draft") : [])];
}

export type TargetOptions = Pick<SelectionOptions, "includeDraft" | "now"> & {
  /** Named at the start of the error, for example `run --target`. */
  readonly operation?: string;
};

/**
 * The active task with this id when it may be worked now; one in `doing` always may.
 * Errors: `queue.id_blank`, `queue.task_not_found`, `queue.target_not_executable`, `queue.target_terminal`,
 * `queue.target_draft`, `queue.target_dependencies`, `queue.target_scheduled`.
 */
export function selectTarget(books: Books, id: string, options: TargetOptions): Task {
  const { task } = requireActive(books, id);
  const refuse = (reason: string, message: string, hint: string) =>
    new CueLoopError(`queue.target_${reason}`, {
      message: `${options.operation === undefined ? "" : `${options.operation}: `}Task ${task.id.trim()} ${message}.`,
      hint,
      where: { taskId: task.id.trim() },
    });
  if (kindOfTask(task) !== "work_item") {
    throw refuse(
      "not_executable",
      "is a group: it holds other tasks and is never run itself",
      "Name one of the tasks that have it as parent_id.",
    );
  }
  if (isTerminal(task.status)) {
    throw refuse("terminal", `is already ${task.status}`, `To do it again: \`cueloop task status todo ${task.id.trim()}\`.`);
  }
  if (task.status === "doing") return task;
  if (task.status === "draft" && !options.includeDraft) {
    throw refuse("draft", "is a draft", `Make it ready with \`cueloop task ready ${task.id.trim()}\`, or pass --include-draft.`);
  }
  const unmet = unmetDependencies(task, statusesOf(books));
  if (unmet.length > 0) {
    throw refuse("dependencies", `waits for ${unmet.map(describeUnmet).join(", ")}`, "Finish these first, or remove them from depends_on.");
  }
  const start = futureStart(task, options.now);
  if (start !== null) {
    throw refuse("scheduled", `is scheduled for ${formatTimestamp(start)}`, "Wait until then, or change its scheduled_start.");
  }
  return task;
}

/** `RQ-0001 (doing)`, or `RQ-0001 (not found)`. */
export function describeUnmet(dependency: UnmetDependency): string {
  return `${dependency.id} (${dependency.kind === "missing" ? "not found" : dependency.status})`;
}
