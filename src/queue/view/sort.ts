import { type Instant, parseTimestamp } from "../../base/clock.ts";
import { PRIORITY_RANK, STATUS_RANK } from "../status.ts";
import type { Task } from "../task.ts";

export const SORT_KEYS = ["priority", "created_at", "updated_at", "started_at", "scheduled_start", "status", "title"] as const;
export type SortKey = (typeof SORT_KEYS)[number];
export type SortOrder = "ascending" | "descending";

type Comparison = (a: Task, b: Task) => number;

/** The tasks in this order; equal ones by ascending id. Missing and unreadable times come last either way. */
export function sortTasks(tasks: readonly Task[], key: SortKey, order: SortOrder): readonly Task[] {
  const compare = comparison(key, tasks, order === "ascending" ? 1 : -1);
  return tasks.toSorted((a, b) => compare(a, b) || compareIds(a.id, b.id));
}

/** Ids of a repository share their prefix, so the longer one has the larger number. */
function compareIds(a: string, b: string): number {
  return a.trim().length - b.trim().length || compareText(a, b);
}

function comparison(key: SortKey, tasks: readonly Task[], sign: 1 | -1): Comparison {
  if (key === "priority") return (a, b) => sign * (PRIORITY_RANK[a.priority] - PRIORITY_RANK[b.priority]);
  if (key === "status") return (a, b) => sign * (STATUS_RANK[a.status] - STATUS_RANK[b.status]);
  if (key === "title") return (a, b) => sign * (compareText(asciiLower(a.title), asciiLower(b.title)) || compareText(a.title, b.title));
  const instants = new Map<Task, Instant | null>(tasks.map((task) => [task, instantOf(task[key])]));
  return (a, b) => compareInstants(instants.get(a) ?? null, instants.get(b) ?? null, sign);
}

function compareInstants(a: Instant | null, b: Instant | null, sign: 1 | -1): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return a === b ? 0 : a < b ? -sign : sign;
}

function instantOf(text: string | undefined): Instant | null {
  return text === undefined ? null : (parseTimestamp(text)?.instant ?? null);
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
