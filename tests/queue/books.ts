import type { Books } from "../../src/queue/books.ts";
import { canonicalTask, type LooseTask, type Task } from "../../src/queue/task.ts";

export const NOW = "2026-03-02T09:00:00.000000000Z";
export const RULES = { prefix: "RQ", width: 4 };

/** A valid task; `overrides` replace or, as null, unset fields. */
export function aTask(id: string, overrides: Partial<LooseTask> = {}): Task {
  const finished = overrides.status === "done" || overrides.status === "rejected";
  return canonicalTask({
    id,
    status: "todo",
    title: `Title of ${id}`,
    priority: "medium",
    tags: [],
    scope: [],
    evidence: [],
    plan: [],
    notes: [],
    created_at: "2026-03-01T08:15:00.000000001Z",
    updated_at: "2026-03-01T08:15:00.000000001Z",
    ...(finished ? { completed_at: "2026-03-01T10:00:00.000000000Z" } : {}),
    depends_on: [],
    blocks: [],
    relates_to: [],
    custom_fields: {},
    ...overrides,
  });
}

/** The books with these tasks. */
export function books(queue: readonly Task[], done: readonly Task[] = []): Books {
  return { queue: { version: 1, tasks: queue }, done: { version: 1, tasks: done } };
}

/** Ids of the active tasks in order. */
export function activeIds(of: Books): string[] {
  return of.queue.tasks.map((task) => task.id);
}

/** Ids of the done records in order. */
export function doneIds(of: Books): string[] {
  return of.done.tasks.map((task) => task.id);
}
