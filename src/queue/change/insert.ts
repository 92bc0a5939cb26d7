import type { Books } from "../books.ts";
import { type IdRules, nextIds } from "../ids.ts";
import { canonicalTask, type Task } from "../task.ts";
import { checkRunLimit, type MakingRun, markedFields } from "./made-in-run.ts";
import { insertAt } from "./place.ts";
import { type InsertRequest, requestInvalid, resolveKeys } from "./request.ts";

export interface InsertContext {
  readonly rules: IdRules;
  /** `formatTimestamp` of the moment. */
  readonly now: string;
  /** Set when the agent of a run makes the tasks: they go to the end, are marked, and are limited in number. */
  readonly run?: MakingRun;
  /** Ids that are taken elsewhere. */
  readonly avoid?: Iterable<string>;
}

export interface Inserted {
  readonly books: Books;
  /** In the order of the request. */
  readonly created: readonly { readonly key: string; readonly task: Task }[];
  /** True when one of the ids is the first to be wider than the configured width. */
  readonly widened: boolean;
}

/** Adds the tasks of a request, all or none. Errors: `queue.request_invalid`, `queue.too_many_made_in_run`. */
export function insertTasks(books: Books, request: InsertRequest, context: InsertContext): Inserted {
  if (context.run !== undefined) checkRunLimit(books, context.run, request.tasks.length);
  const { ids, widened } = nextIds(books, { ...context.rules, count: request.tasks.length, avoid: context.avoid ?? [] });
  const idOf = resolveKeys(request.tasks, ids);
  const created = request.tasks.map((wanted, index) => {
    if (hasText(wanted.parent_key) && hasText(wanted.parent_id)) {
      throw requestInvalid(
        `tasks[${index}]`,
        "it has both parent_key and parent_id",
        "Keep parent_key for a parent in this request, parent_id for an existing one.",
      );
    }
    const { key, depends_on_keys: keys, parent_key: parentKey, ...fields } = wanted;
    const task = canonicalTask({
      ...fields,
      id: ids[index] ?? "",
      created_at: context.now,
      updated_at: context.now,
      ...(wanted.status === "doing" ? { started_at: context.now } : {}),
      depends_on: [...keys.map((item) => idOf.get(item) ?? ""), ...wanted.depends_on],
      parent_id: hasText(parentKey) ? idOf.get(parentKey) : wanted.parent_id,
      custom_fields: markedFields(wanted.custom_fields, context.run),
    });
    return { key, task };
  });
  const tasks = created.map(({ task }) => task);
  return { books: insertAt(books, tasks, context.run === undefined ? "next" : "end"), created, widened };
}

function hasText(value: string | null | undefined): value is string {
  return typeof value === "string";
}
