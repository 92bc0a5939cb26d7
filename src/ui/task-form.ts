import { CueLoopError } from "../base/errors.ts";
import { type Priority, TaskPriority } from "../queue/task.ts";

/** What a person fills in for one new task. */
export interface TaskForm {
  readonly title: string;
  readonly priority: Priority;
  readonly tags: readonly string[];
  readonly scope: readonly string[];
  /** Ids the task depends on. */
  readonly after: readonly string[];
  readonly draft: boolean;
  /** Null when there is none. */
  readonly description: string | null;
  readonly plan: readonly string[];
}

const SCISSORS = "------------------------ >8 ------------------------";
const KEYS = ["title", "priority", "tags", "scope", "after", "draft"] as const;
type Key = (typeof KEYS)[number];

const EXPLANATION = `Everything from the line above on is ignored.

The first lines are the task's fields; lists are separated by commas.
  priority   critical, high, medium or low
  after      ids of tasks that must be finished first
  draft      yes or no
Behind the blank line stands the description, as many lines as you like,
and behind the line "plan:" one step per line, each beginning with "- ".
Leave the title empty, or empty the file, to add nothing.`;

/** The form as text, filled in. */
export function renderTaskForm(form: TaskForm): string {
  const lines = [
    `title: ${oneLine(form.title)}`,
    `priority: ${form.priority}`,
    `tags: ${form.tags.map(oneLine).join(", ")}`,
    `scope: ${form.scope.map(oneLine).join(", ")}`,
    `after: ${form.after.map(oneLine).join(", ")}`,
    `draft: ${form.draft ? "yes" : "no"}`,
    "",
    ...(form.description === null ? [""] : [...form.description.split("\n"), ""]),
    "plan:",
    ...form.plan.map((step) => `- ${oneLine(step)}`),
    "",
    SCISSORS,
    EXPLANATION,
  ];
  return `${lines.join("\n")}\n`;
}

/**
 * Reads the form back; null when it was emptied or has no title.
 * @param file names it in errors
 * @throws CueLoopError `task.form_invalid` with the line
 */
export function parseTaskForm(text: string, file: string): TaskForm | null {
  const lines = text.split(/\r?\n/);
  const scissors = lines.findIndex((line) => line.trimEnd() === SCISSORS);
  const kept = scissors < 0 ? lines : lines.slice(0, scissors);
  if (kept.every((line) => line.trim() === "")) return null;
  const start = kept.findIndex((line) => line.trim() !== "");
  const end = kept.findIndex((line, index) => index > start && line.trim() === "");
  const headerEnd = end < 0 ? kept.length : end;
  const fields = readFields(kept.slice(start, headerEnd), start, file);
  const body = kept.slice(headerEnd);
  const planAt = body.findLastIndex((line) => line.trimEnd() === "plan:");
  const description = (planAt < 0 ? body : body.slice(0, planAt)).join("\n").trim();
  const plan = planAt < 0 ? [] : readPlan(body.slice(planAt + 1), headerEnd + planAt + 1, file);
  const title = fields.get("title")?.text.trim() ?? "";
  if (title === "") return null;
  return {
    title,
    priority: readPriority(fields.get("priority"), file),
    tags: list(fields.get("tags")),
    scope: list(fields.get("scope")),
    after: list(fields.get("after")),
    draft: readDraft(fields.get("draft"), file),
    description: description === "" ? null : description,
    plan,
  };
}

interface Field {
  readonly text: string;
  /** Index of its line in the file. */
  readonly line: number;
}

function readFields(lines: readonly string[], offset: number, file: string): Map<Key, Field> {
  const fields = new Map<Key, Field>();
  for (const [index, text] of lines.entries()) {
    const line = offset + index;
    const match = /^\s*([A-Za-z]+)\s*:(.*)$/.exec(text);
    const key = KEYS.find((candidate) => candidate === match?.[1]?.toLowerCase());
    if (match === null || key === undefined) {
      throw invalid(file, line, `expected one of ${KEYS.map((candidate) => `\`${candidate}:\``).join(", ")}; a blank line ends the fields`);
    }
    if (fields.has(key)) throw invalid(file, line, `\`${key}:\` stands there twice`);
    fields.set(key, { text: match[2] ?? "", line });
  }
  return fields;
}

function readPlan(lines: readonly string[], offset: number, file: string): string[] {
  return lines.flatMap((text, index) => {
    if (text.trim() === "") return [];
    const step = /^\s*-(?:\s+(.*))?$/.exec(text);
    if (step === null) throw invalid(file, offset + index, "a step of the plan begins with `- `");
    const words = (step[1] ?? "").trim();
    return words === "" ? [] : [words];
  });
}

function readPriority(field: Field | undefined, file: string): Priority {
  const word = field?.text.trim().toLowerCase() ?? "";
  if (field === undefined || word === "") return "medium";
  const found = TaskPriority.options.find((priority) => priority === word);
  if (found === undefined) throw invalid(file, field.line, `the priority is one of ${TaskPriority.options.join(", ")}, not \`${word}\``);
  return found;
}

function readDraft(field: Field | undefined, file: string): boolean {
  const word = field?.text.trim().toLowerCase() ?? "";
  if (field === undefined || word === "" || word === "no") return false;
  if (word === "yes") return true;
  throw invalid(file, field.line, `draft is yes or no, not \`${word}\``);
}

function list(field: Field | undefined): string[] {
  return (field?.text ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function invalid(file: string, line: number, what: string): CueLoopError {
  return new CueLoopError("task.form_invalid", {
    message: `${file}:${line + 1}: ${what}.`,
    where: { file, line: line + 1 },
    kept: file,
  });
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, " ").trim();
}
