import { canonicalTask, type Priority, type Task, type TaskStatus } from "./task.ts";

/** Statuses in the order of a task's life. */
export const STATUS_RANK: Readonly<Record<TaskStatus, number>> = { draft: 0, todo: 1, doing: 2, done: 3, rejected: 4 };

/** The higher, the more urgent. */
export const PRIORITY_RANK: Readonly<Record<Priority, number>> = { critical: 3, high: 2, medium: 1, low: 0 };

const NEXT_STATUS: Readonly<Record<TaskStatus, TaskStatus>> = {
  draft: "todo",
  todo: "doing",
  doing: "done",
  done: "rejected",
  rejected: "draft",
};
const NEXT_PRIORITY: Readonly<Record<Priority, Priority>> = { low: "medium", medium: "high", high: "critical", critical: "low" };

export type TerminalStatus = "done" | "rejected";

/** True for `done` and `rejected`: nothing more happens to the task, and its dependents may run. */
export function isTerminal(status: TaskStatus): status is TerminalStatus {
  return status === "done" || status === "rejected";
}

/** The status after this one, for edits that only say "next". */
export function nextStatus(status: TaskStatus): TaskStatus {
  return NEXT_STATUS[status];
}

/** The priority after this one, for edits that only say "next". */
export function nextPriority(priority: Priority): Priority {
  return NEXT_PRIORITY[priority];
}

/** The priority a person typed, any case; null when it is none. */
export function parsePriority(text: string): Priority | null {
  const word = text.trim().toLowerCase();
  return word === "critical" || word === "high" || word === "medium" || word === "low" ? word : null;
}

/** The task with this status at `now` (`formatTimestamp`), its time marks kept by the one policy for all status changes. */
export function applyStatus(task: Task, status: TaskStatus, now: string): Task {
  const { completed_at: completedAt, ...rest } = task;
  const changed = { ...rest, status, updated_at: now };
  if (isTerminal(status)) return canonicalTask({ ...changed, completed_at: completedAt?.trim() ? completedAt : now });
  if (status === "doing") return canonicalTask({ ...changed, started_at: task.started_at ?? now });
  return canonicalTask(changed);
}

/** The task with these notes at the end: secrets taken out by `redact`, trimmed, blank ones dropped. */
export function appendNotes(task: Task, notes: readonly string[], redact: (text: string) => string): Task {
  const kept = notes.map((note) => redact(note).trim()).filter((note) => note !== "");
  return kept.length === 0 ? task : { ...task, notes: [...task.notes, ...kept] };
}
