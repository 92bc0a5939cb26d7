import { formatTimestamp, type Instant, parseTimestamp } from "../base/clock.ts";
import type { BlockingState } from "./blocking.ts";
import type { Books } from "./books.ts";
import { queueBlocking } from "./rules/queue-blocking.ts";
import { isTerminal } from "./status.ts";
import { kindOfTask, type Task, type TaskKind, type TaskStatus } from "./task.ts";

export type UnmetDependency =
  | { readonly kind: "missing"; readonly id: string }
  | { readonly kind: "not_complete"; readonly id: string; readonly status: TaskStatus };

/** Why a task may not be taken now. */
export type NotRunnable =
  | { readonly kind: "non_executable_kind"; readonly task_kind: TaskKind }
  | { readonly kind: "status_not_runnable"; readonly status: TaskStatus }
  | { readonly kind: "draft_excluded" }
  | { readonly kind: "unmet_dependencies"; readonly dependencies: readonly UnmetDependency[] }
  | {
      readonly kind: "scheduled_start_in_future";
      /** As the task has it. */
      readonly scheduled_start: string;
      readonly now: string;
      /** Whole seconds, truncated. */
      readonly seconds_until_runnable: number;
    };

export interface RunnabilityRow {
  readonly id: string;
  readonly status: TaskStatus;
  readonly kind: TaskKind;
  readonly runnable: boolean;
  readonly reasons: readonly NotRunnable[];
}

export interface RunnabilitySummary {
  readonly total_active: number;
  readonly candidates_total: number;
  readonly runnable_candidates: number;
  /** Each counter adds one per reason, so one task may count in two. */
  readonly blocked_by_dependencies: number;
  readonly blocked_by_schedule: number;
  readonly blocked_by_status_or_flags: number;
  /** Absent when something is runnable. */
  readonly blocking?: BlockingState;
}

/** Which task a run would take now and why not the others; the JSON document of `queue explain`. */
export interface RunnabilityReport {
  readonly version: 2;
  readonly now: string;
  readonly selection: {
    readonly include_draft: boolean;
    readonly prefer_doing: boolean;
    readonly selected_task_id: string | null;
    readonly selected_task_status: TaskStatus | null;
  };
  readonly summary: RunnabilitySummary;
  /** One row per active task in file order. */
  readonly tasks: readonly RunnabilityRow[];
}

export interface SelectionOptions {
  readonly includeDraft: boolean;
  /** A task in `doing` is taken before any other. */
  readonly preferDoing: boolean;
  readonly now: Instant;
  /** Ids that are passed over. */
  readonly exclude?: ReadonlySet<string>;
}

/** Status of each id, of several with one id the first, active before done. */
export function statusesOf(books: Books): ReadonlyMap<string, TaskStatus> {
  const statuses = new Map<string, TaskStatus>();
  for (const tasks of [books.queue.tasks, books.done.tasks]) {
    for (const task of tasks) {
      const id = task.id.trim();
      if (!statuses.has(id)) statuses.set(id, task.status);
    }
  }
  return statuses;
}

/** The dependencies that hold the task back, in their order; a missing one does too. */
export function unmetDependencies(task: Task, statuses: ReadonlyMap<string, TaskStatus>): readonly UnmetDependency[] {
  const unmet: UnmetDependency[] = [];
  for (const item of task.depends_on) {
    const id = item.trim();
    if (id === "") continue;
    const status = statuses.get(id);
    if (status === undefined) unmet.push({ kind: "missing", id });
    else if (!isTerminal(status)) unmet.push({ kind: "not_complete", id, status });
  }
  return unmet;
}

/** When the task may start, if that is after `now`; null when it is not scheduled, the time has come or cannot be read. */
export function futureStart(task: Task, now: Instant): Instant | null {
  if (task.scheduled_start === undefined) return null;
  const start = parseTimestamp(task.scheduled_start)?.instant ?? null;
  return start !== null && start > now ? start : null;
}

/** Every reason why the task may not be taken now; none means it may. A `doing` task counts as runnable. */
export function reasonsAgainst(
  task: Task,
  statuses: ReadonlyMap<string, TaskStatus>,
  options: Pick<SelectionOptions, "includeDraft" | "now">,
): readonly NotRunnable[] {
  const kind = kindOfTask(task);
  if (kind !== "work_item") return [{ kind: "non_executable_kind", task_kind: kind }];
  if (isTerminal(task.status)) return [{ kind: "status_not_runnable", status: task.status }];
  const reasons: NotRunnable[] = [];
  if (task.status === "draft" && !options.includeDraft) reasons.push({ kind: "draft_excluded" });
  else {
    const dependencies = unmetDependencies(task, statuses);
    if (dependencies.length > 0) reasons.push({ kind: "unmet_dependencies", dependencies });
  }
  const start = futureStart(task, options.now);
  if (start !== null) {
    reasons.push({
      kind: "scheduled_start_in_future",
      scheduled_start: task.scheduled_start ?? formatTimestamp(start),
      now: formatTimestamp(options.now),
      seconds_until_runnable: Number((start - options.now) / 1_000_000_000n),
    });
  }
  return reasons;
}

/** True for a task a run would consider: a work item in `todo`, or in `draft` when drafts are included. */
export function isCandidate(task: Task, includeDraft: boolean): boolean {
  return kindOfTask(task) === "work_item" && (task.status === "todo" || (includeDraft && task.status === "draft"));
}

/** The full account of the active tasks at `now`, with the task a run would take. */
export function runnabilityReport(books: Books, options: SelectionOptions): RunnabilityReport {
  const statuses = statusesOf(books);
  const counts = { candidates: 0, runnable: 0, dependencies: 0, schedule: 0, status: 0 };
  const tasks: RunnabilityRow[] = [];
  const runnable: Task[] = [];
  let doing: Task | null = null;
  for (const task of books.queue.tasks) {
    const reasons = reasonsAgainst(task, statuses, options);
    const kind = kindOfTask(task);
    tasks.push({ id: task.id, status: task.status, kind, runnable: reasons.length === 0, reasons });
    if (options.exclude?.has(task.id.trim()) === true) continue;
    if (kind === "work_item" && task.status === "doing") doing ??= task;
    if (!isCandidate(task, options.includeDraft)) continue;
    counts.candidates += 1;
    if (reasons.length === 0) {
      counts.runnable += 1;
      runnable.push(task);
    }
    for (const { kind: reason } of reasons) {
      if (reason === "unmet_dependencies") counts.dependencies += 1;
      else if (reason === "scheduled_start_in_future") counts.schedule += 1;
      else counts.status += 1;
    }
  }
  const selected = (options.preferDoing ? doing : null) ?? runnable.find((task) => task.status === "todo") ?? runnable[0] ?? null;
  const blocking = counts.runnable > 0 ? null : queueBlocking(books.queue.tasks, counts, options);
  return {
    version: 2,
    now: formatTimestamp(options.now),
    selection: {
      include_draft: options.includeDraft,
      prefer_doing: options.preferDoing,
      selected_task_id: selected?.id ?? null,
      selected_task_status: selected?.status ?? null,
    },
    summary: {
      total_active: books.queue.tasks.length,
      candidates_total: counts.candidates,
      runnable_candidates: counts.runnable,
      blocked_by_dependencies: counts.dependencies,
      blocked_by_schedule: counts.schedule,
      blocked_by_status_or_flags: counts.status,
      ...(blocking === null ? {} : { blocking }),
    },
    tasks,
  };
}
