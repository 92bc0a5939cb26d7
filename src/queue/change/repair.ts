import { formatTimestamp, parseTimestamp } from "../../base/clock.ts";
import type { Books, QueueFile } from "../books.ts";
import { heal } from "../heal.ts";
import type { IdRules } from "../ids.ts";
import { isTerminal } from "../status.ts";
import { canonicalTask, type LooseTask, type Task } from "../task.ts";
import { reassignIds } from "./reassign.ts";

/** `full` mends all it can; `maintenance` only completes the time marks a run may leave behind. */
export type RepairScope = "full" | "maintenance";

export interface RepairReport {
  /** Tasks with a mended field, and one more for each task whose references were rewritten. */
  readonly fixed_tasks: number;
  /** Old and new id. */
  readonly remapped_ids: readonly (readonly [string, string])[];
  readonly fixed_timestamps: number;
}

export interface RepairPlan {
  readonly books: Books;
  readonly report: RepairReport;
  /** Ids whose active copy is dropped because their done record is the same task. */
  readonly healed: readonly string[];
  readonly changed: boolean;
}

/** What a repair would make of the books. The plan may still be invalid: not everything can be repaired. */
export function planRepair(books: Books, scope: RepairScope, context: { readonly rules: IdRules; readonly now: string }): RepairPlan {
  const healed = scope === "full" ? heal(books) : { books, healed: [] };
  const mending = new Mending(scope, context.now);
  const mended: Books = { queue: mending.file(healed.books.queue), done: mending.file(healed.books.done) };
  const renamed = scope === "full" ? reassignIds(mended, context.rules) : { books: mended, remapped: [], rewritten: 0 };
  return {
    books: renamed.books,
    report: {
      fixed_tasks: mending.tasks + renamed.rewritten,
      remapped_ids: renamed.remapped,
      fixed_timestamps: mending.timestamps,
    },
    healed: healed.healed,
    changed: healed.healed.length > 0 || mending.tasks > 0 || renamed.remapped.length > 0,
  };
}

const PLACEHOLDERS = {
  tags: "untagged",
  scope: "unknown",
  evidence: "None provided",
  plan: "To be determined",
} as const;

class Mending {
  tasks = 0;
  timestamps = 0;

  constructor(
    private readonly scope: RepairScope,
    private readonly now: string,
  ) {}

  file(file: QueueFile): QueueFile {
    const tasks = file.tasks.map((task) => this.task(task));
    return tasks.every((task, index) => task === file.tasks[index]) ? file : { ...file, tasks };
  }

  private task(task: Task): Task {
    const changes = { ...(this.scope === "full" ? fieldFixes(task) : {}), ...this.timeFixes(task) };
    if (Object.keys(changes).length === 0) return task;
    this.tasks += 1;
    return canonicalTask({ ...task, ...changes });
  }

  private timeFixes(task: Task): Partial<LooseTask> {
    const created = this.time(task.created_at, this.scope === "full");
    const updated = this.time(task.updated_at, this.scope === "full");
    const completed = isBlank(task.completed_at)
      ? (this.time(undefined, isTerminal(task.status)) ?? this.blankCompletion(task))
      : this.time(task.completed_at, this.scope === "full");
    const fixes = {
      ...(created === null ? {} : { created_at: created }),
      ...(updated === null ? {} : { updated_at: updated }),
      ...(completed === null ? {} : { completed_at: completed }),
    };
    this.timestamps += Object.keys(fixes).length;
    return fixes;
  }

  /** The text to put there instead, null when it is fine or not to be touched. */
  private time(text: string | undefined, mayInvent: boolean): string | null {
    const parsed = text === undefined ? null : parseTimestamp(text);
    if (parsed === null) return mayInvent ? this.now : null;
    return parsed.offsetMinutes === 0 ? null : formatTimestamp(parsed.instant);
  }

  /** A blank `completed_at` on a task that is not finished is as unreadable as any other text. */
  private blankCompletion(task: Task): string | null {
    return task.completed_at !== undefined && this.scope === "full" ? this.now : null;
  }
}

function fieldFixes(task: Task): Partial<LooseTask> {
  const lists = Object.entries(PLACEHOLDERS).flatMap(([field, placeholder]) => {
    const items = listOf(task, field);
    const kept = items.filter((item) => item.trim() !== "");
    if (kept.length === items.length && kept.length > 0) return [];
    return [[field, kept.length === 0 ? [placeholder] : kept] as const];
  });
  const fields = Object.entries(task.custom_fields);
  const named = fields.filter(([key]) => key.trim() !== "");
  return {
    ...(isBlank(task.title) ? { title: "Untitled" } : {}),
    ...(isBlank(task.request) ? { request: "Imported task" } : {}),
    ...(named.length === fields.length ? {} : { custom_fields: Object.fromEntries(named) }),
    ...Object.fromEntries(lists),
  };
}

function listOf(task: Task, field: string): readonly string[] {
  if (field === "tags") return task.tags;
  if (field === "scope") return task.scope;
  return field === "evidence" ? task.evidence : task.plan;
}

function isBlank(text: string | undefined): boolean {
  return text === undefined || text.trim() === "";
}
