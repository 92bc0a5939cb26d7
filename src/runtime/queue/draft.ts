import * as v from "valibot";
import { parseValue } from "../../base/parse.ts";
import { type Books, findTask, replaceActive, requireActive, withQueueTasks } from "../../queue/books.ts";
import { completeTask } from "../../queue/change/archive.ts";
import { insertAt } from "../../queue/change/place.ts";
import { type IdRules, nextIds } from "../../queue/ids.ts";
import { applyStatus, type TerminalStatus } from "../../queue/status.ts";
import { canonicalTask, type Task, TaskRecord } from "../../queue/task.ts";
import { frozen } from "./frozen.ts";
import { NewTask, TaskPatch } from "./task-input.ts";

/** Where a task is moved: to an end of the active tasks, or next to another one. */
export type MoveTarget = "first" | "last" | { readonly before: string } | { readonly after: string };

/** The queue while one transaction changes it. What it gives out is frozen; nothing is written before the change returns. */
export interface QueueDraft {
  /** As they are after what was changed so far. */
  readonly tasks: readonly Task[];
  readonly done: readonly Task[];
  get(id: string): Task | null;
  add(task: NewTask): Task;
  /** Error: `queue.task_not_found`, also for a finished task. */
  update(id: string, patch: TaskPatch): Task;
  /** Takes an active task out of the queue. */
  remove(id: string): void;
  move(id: string, to: MoveTarget): void;
  /** Moves a task in `todo` or `doing` to the done file. */
  finish(id: string, outcome: TerminalStatus, notes?: readonly string[]): Task;
}

export interface DraftRules {
  readonly ids: IdRules;
  /** `formatTimestamp` of the moment. */
  readonly now: string;
  readonly redact: (text: string) => string;
}

/** A draft over books; `books` gives what became of them. */
export class BooksDraft implements QueueDraft {
  readonly #rules: DraftRules;
  #books: Books;

  constructor(books: Books, rules: DraftRules) {
    this.#books = books;
    this.#rules = rules;
  }

  get books(): Books {
    return this.#books;
  }

  get tasks(): readonly Task[] {
    return frozen([...this.#books.queue.tasks]);
  }

  get done(): readonly Task[] {
    return frozen([...this.#books.done.tasks]);
  }

  get(id: string): Task | null {
    return frozen(findTask(this.#books, id)?.task ?? null);
  }

  add(task: NewTask): Task {
    const { position = "end", ...fields } = parseValue(NewTask, { file: "draft.add()", value: task }, "task");
    const { ids } = nextIds(this.#books, { ...this.#rules.ids, count: 1 });
    const { now } = this.#rules;
    const added = v.parse(TaskRecord, { ...fields, id: ids[0] ?? "", created_at: now, updated_at: now });
    this.#books = insertAt(this.#books, [added], position);
    return frozen(added);
  }

  update(id: string, patch: TaskPatch): Task {
    const { status, title, ...fields } = parseValue(TaskPatch, { file: "draft.update()", value: patch }, "patch");
    const { task, index } = requireActive(this.#books, id);
    const changed = canonicalTask({ ...task, ...patched(task, fields), title: title ?? task.title, updated_at: this.#rules.now });
    const whole = status === undefined || status === task.status ? changed : applyStatus(changed, status, this.#rules.now);
    this.#books = replaceActive(this.#books, index, whole);
    return frozen(whole);
  }

  remove(id: string): void {
    const { index } = requireActive(this.#books, id);
    this.#books = withQueueTasks(this.#books, this.#books.queue.tasks.toSpliced(index, 1));
  }

  move(id: string, to: MoveTarget): void {
    const { task, index } = requireActive(this.#books, id);
    const others = withQueueTasks(this.#books, this.#books.queue.tasks.toSpliced(index, 1));
    this.#books = withQueueTasks(others, others.queue.tasks.toSpliced(placeIn(others, to), 0, task));
  }

  finish(id: string, outcome: TerminalStatus, notes: readonly string[] = []): Task {
    const { books, task } = completeTask(this.#books, id, outcome, { now: this.#rules.now, notes, redact: this.#rules.redact });
    this.#books = books;
    return frozen(task);
  }
}

type Fields = Omit<v.InferOutput<typeof TaskPatch>, "status" | "title">;

/** The values of a patch, and the task's own where it names none; null takes a value away. */
function patched(task: Task, patch: Fields) {
  const own = <Key extends keyof Fields & keyof Task>(key: Key) => (patch[key] === undefined ? task[key] : patch[key]);
  return {
    description: own("description"),
    request: own("request"),
    agent: own("agent"),
    estimated_minutes: own("estimated_minutes"),
    actual_minutes: own("actual_minutes"),
    scheduled_start: own("scheduled_start"),
    duplicates: own("duplicates"),
    parent_id: own("parent_id"),
    kind: patch.kind ?? task.kind,
    priority: patch.priority ?? task.priority,
    tags: patch.tags ?? task.tags,
    scope: patch.scope ?? task.scope,
    evidence: patch.evidence ?? task.evidence,
    plan: patch.plan ?? task.plan,
    notes: patch.notes ?? task.notes,
    depends_on: patch.depends_on ?? task.depends_on,
    blocks: patch.blocks ?? task.blocks,
    relates_to: patch.relates_to ?? task.relates_to,
    custom_fields: patch.custom_fields ?? task.custom_fields,
  };
}

function placeIn(books: Books, to: MoveTarget): number {
  if (to === "first") return 0;
  if (to === "last") return books.queue.tasks.length;
  return "before" in to ? requireActive(books, to.before).index : requireActive(books, to.after).index + 1;
}
