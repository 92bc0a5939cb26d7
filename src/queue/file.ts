import * as v from "valibot";
import { CueLoopError, isCueLoopError } from "../base/errors.ts";
import { type JsoncDocument, parseJsonc } from "../base/jsonc.ts";
import { parseValue } from "../base/parse.ts";
import { isPlainObject } from "../base/shape.ts";
import { type QueueFile, sharedEnds } from "./books.ts";
import { CanonicalForm, isCanonicalTask } from "./rules/canonical.ts";
import { canonicalTask, numberAsText, type Task, TaskRecord } from "./task.ts";

const Version = v.pipe(v.number(), v.integer(), v.minValue(0));

/** A queue or done file. Whether the version is one we know is a question of validation. */
export const QueueFileRecord = v.strictObject({
  version: Version,
  tasks: v.optional(v.array(TaskRecord), []),
});

const WAY_OUT = "Correct the file by hand, restore it from git, or go back to the last snapshot with `cueloop undo`.";

/**
 * Parses the text of a queue or done file. `file` names it in errors.
 * Errors: `queue.file_empty`, `json.syntax`, `file.invalid`, with line and column.
 */
export function parseQueueFile(text: string, file: string): QueueFile {
  if (text.trim() === "") {
    throw new CueLoopError("queue.file_empty", {
      message: `${file} is empty; a queue file holds at least {"version": 1, "tasks": []}.`,
      hint: WAY_OUT,
      where: { file },
    });
  }
  try {
    const document = parseJsonc(text, file);
    return readTrusting(document) ?? readChecking(document, file);
  } catch (error) {
    throw withWayOut(error);
  }
}

/** A text in parts, one behind the other: a long one need not be put together to be written. */
export type TextParts = readonly string[];

/** Canonical text of a queue file: two-space JSON without a final newline, custom fields in order of their keys. */
export function renderQueueFile(file: QueueFile): string {
  return fileParts(file, tasksText(file.tasks.map(inForm))).join("");
}

export interface RenderedVersions {
  readonly parsed: TextParts;
  readonly next: TextParts;
  /** Both are the same text. */
  readonly same: boolean;
}

/**
 * Canonical texts of a file as it was parsed and as it is to be. The tasks at both ends that are the same objects are
 * rendered once, and not looked at: parsing has put them in form. A change of a long queue costs one rendering, not two.
 */
export function renderVersions(parsed: QueueFile, next: QueueFile): RenderedVersions {
  const was = parsed.tasks;
  const is = next.tasks;
  const { head, tail } = sharedEnds(was, is);
  const before = tasksText(was.slice(0, head));
  const behind = tasksText(was.slice(was.length - tail));
  const old = tasksText(was.slice(head, was.length - tail));
  const now = tasksText(is.slice(head, is.length - tail).map(inForm));
  return {
    parsed: fileParts(parsed, [...before, ...old, ...behind]),
    next: fileParts(next, [...before, ...now, ...behind]),
    same: parsed.version === next.version && old.length === now.length && old.every((text, index) => text === now[index]),
  };
}

function inForm(task: Task): Task {
  return isCanonicalTask(task) ? task : canonicalTask(task);
}

/** The lines of the tasks as they stand in a file, in blocks of so many tasks that a block fits into the caches. */
function tasksText(tasks: readonly Task[]): string[] {
  const blocks: string[] = [];
  for (let at = 0; at < tasks.length; at += TASKS_IN_BLOCK) {
    const block = JSON.stringify({ tasks: tasks.slice(at, at + TASKS_IN_BLOCK) }, null, 2);
    blocks.push(block.slice('{\n  "tasks": [\n'.length, -"\n  ]\n}".length));
  }
  return blocks;
}

const TASKS_IN_BLOCK = 250;

function fileParts({ version }: QueueFile, blocks: readonly string[]): TextParts {
  const head = `{\n  "version": ${version},\n  "tasks": [`;
  if (blocks.length === 0) return [`${head}]\n}`];
  return [head, ...blocks.flatMap((block, index) => [index === 0 ? "\n" : ",\n", block]), "\n  ]\n}"];
}

/** The file when each of its tasks is in form or can be brought into form; null when something is wrong somewhere. */
function readTrusting(document: JsoncDocument): QueueFile | null {
  const { value } = document;
  if (!isPlainObject(value)) return null;
  for (const key in value) if (key !== "version" && key !== "tasks") return null;
  const { version, tasks = [] } = value;
  if (!v.is(Version, version) || !Array.isArray(tasks)) return null;
  const read: Task[] = [];
  const form = new CanonicalForm();
  for (const [index, item] of tasks.entries()) {
    const task = form.holds(item) ? item : normalise(item, index, document);
    if (task === null) return null;
    read.push(task);
  }
  return { version, tasks: read };
}

function normalise(item: unknown, index: number, document: JsoncDocument): Task | null {
  const result = v.safeParse(
    TaskRecord,
    withFieldTexts(item, ["tasks", index], (path) => document.numberText(path)),
  );
  return result.success ? result.output : null;
}

/** The way that explains: it throws for the first thing that is wrong, naming its place. */
function readChecking(document: JsoncDocument, file: string): QueueFile {
  return parseValue(QueueFileRecord, { value: document.value, file, place: (path) => document.place(path) }, "queue file");
}

/**
 * A task as parsed, its numeric custom fields replaced by their texts, so that `42`, `42.0` and digits
 * beyond what a double holds survive. `path` is where the task stands in its document.
 */
export function withFieldTexts(
  item: unknown,
  path: readonly (string | number)[],
  numberText: (path: readonly (string | number)[]) => string | null,
): unknown {
  if (!isPlainObject(item) || !isPlainObject(item["custom_fields"])) return item;
  const fields = Object.entries(item["custom_fields"]);
  if (!fields.some(([, value]) => typeof value === "number")) return item;
  const texts = fields.map(([key, value]): [string, unknown] =>
    typeof value === "number" ? [key, numberAsText(value, numberText([...path, "custom_fields", key]))] : [key, value],
  );
  return { ...item, custom_fields: Object.fromEntries(texts) };
}

function withWayOut(error: unknown): unknown {
  if (!isCueLoopError(error, "json.syntax")) return error;
  return new CueLoopError(error.code, {
    message: error.message,
    hint: error.hint === undefined ? WAY_OUT : `${error.hint}\n${WAY_OUT}`,
    ...(error.where === undefined ? {} : { where: error.where }),
    cause: error.cause,
  });
}
