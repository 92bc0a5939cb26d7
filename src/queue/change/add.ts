import { CueLoopError } from "../../base/errors.ts";
import { type Books, findTask, taskNotFound } from "../books.ts";
import { type IdRules, nextIds } from "../ids.ts";
import { canonicalTask, type Priority, type Task } from "../task.ts";
import { insertAt } from "./place.ts";

/** One task as a person writes it. */
export interface NewTask {
  readonly title: string;
  readonly description?: string;
  readonly priority?: Priority;
  readonly tags?: readonly string[];
  readonly scope?: readonly string[];
  readonly plan?: readonly string[];
  /** Ids it waits for; each must exist in the queue or the done file. */
  readonly after?: readonly string[];
  readonly draft?: boolean;
  /** Before all waiting tasks instead of at the end. */
  readonly first?: boolean;
}

export interface AddContext {
  readonly rules: IdRules;
  /** `formatTimestamp` of the moment. */
  readonly now: string;
}

export interface Added {
  readonly books: Books;
  readonly task: Task;
  /** True when the id is the first to be wider than the configured width. */
  readonly widened: boolean;
}

/** Adds one task. Errors: `queue.title_blank`, `queue.id_blank`, `queue.task_not_found` for an unknown `after`. */
export function addTask(books: Books, request: NewTask, context: AddContext): Added {
  const title = request.title.trim();
  if (title === "") {
    throw new CueLoopError("queue.title_blank", {
      message: "The title is blank.",
      hint: 'Say in a few words what is to be done: cueloop task add "Retry card refunds".',
    });
  }
  const after = (request.after ?? []).map((id) => id.trim()).filter((id) => id !== "");
  for (const id of after) if (findTask(books, id) === null) throw taskNotFound(id);
  const { ids, widened } = nextIds(books, { ...context.rules, count: 1 });
  const description = request.description?.trim();
  const task = canonicalTask({
    id: ids[0] ?? "",
    status: request.draft === true ? "draft" : "todo",
    title,
    ...(description ? { description } : {}),
    priority: request.priority ?? "medium",
    tags: texts(request.tags),
    scope: texts(request.scope),
    evidence: [],
    plan: texts(request.plan),
    notes: [],
    created_at: context.now,
    updated_at: context.now,
    depends_on: [...new Set(after)],
    blocks: [],
    relates_to: [],
    custom_fields: {},
  });
  return { books: insertAt(books, [task], request.first === true ? "next" : "end"), task, widened };
}

/** Trimmed, blanks dropped, order kept. */
function texts(items: readonly string[] = []): readonly string[] {
  return items.map((item) => item.trim()).filter((item) => item !== "");
}
