import { isPlainObject } from "../../base/shape.ts";
import { isBuiltInRunner, ReasoningEffort } from "../../config/schema/values.ts";
import { TASK_ENTRIES, type Task, TaskPriority, TaskStatus } from "../task.ts";

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isMinutes: Check = (value) => isWhole(value, 4_294_967_295);
const STATUSES: ReadonlySet<unknown> = new Set(TaskStatus.options);
const PRIORITIES: ReadonlySet<unknown> = new Set(TaskPriority.options);

const REQUIRED: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["id", isText],
  ["status", (value) => STATUSES.has(value)],
  ["title", isText],
  ["priority", (value) => PRIORITIES.has(value)],
  ["tags", isTextList],
  ["scope", isTextList],
  ["evidence", isTextList],
  ["plan", isTextList],
  ["notes", isTextList],
  ["depends_on", isTextList],
  ["blocks", isTextList],
  ["relates_to", isTextList],
  ["custom_fields", areSortedFields],
]);

const OPTIONAL: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["kind", (value) => value === "group"],
  ["description", isText],
  ["request", isText],
  ["agent", isPlainAgent],
  ["created_at", isText],
  ["updated_at", isText],
  ["completed_at", isText],
  ["started_at", isText],
  ["estimated_minutes", isMinutes],
  ["actual_minutes", isMinutes],
  ["scheduled_start", isText],
  ["duplicates", isText],
  ["parent_id", isText],
]);

const KEYS: readonly string[] = Object.keys(TASK_ENTRIES);
const CHECKS: readonly (Check | undefined)[] = KEYS.map((key) => REQUIRED.get(key) ?? OPTIONAL.get(key));
const IS_REQUIRED: readonly boolean[] = KEYS.map((key) => REQUIRED.has(key));

/**
 * Recognises tasks that already are what the task schema would make of them, so that they need not be copied. False
 * says nothing: the schema decides. More than ten times faster than the schema, which is what keeps a queue of 10,000
 * tasks readable in a blink; a property test holds the two together. It remembers the keys of the last task that
 * was in form: most tasks of a file have the same ones, and then only their values are looked at.
 */
export class CanonicalForm {
  #keys: readonly string[] = [];

  holds(value: unknown): value is Task {
    if (!isPlainObject(value)) return false;
    if (hasKeys(value, this.#keys)) return haveForm(value);
    if (!isCanonicalTask(value)) return false;
    this.#keys = Object.keys(value);
    return true;
  }
}

function hasKeys(value: object, keys: readonly string[]): boolean {
  let at = 0;
  for (const key in value) {
    if (keys[at] !== key) return false;
    at += 1;
  }
  return at > 0 && at === keys.length;
}

/** The values of a task whose keys are all there and in order, each by its name, which is what makes it fast. */
function haveForm(task: Record<string, unknown>): boolean {
  const { id, title, created_at, updated_at, description, request, completed_at } = task;
  const { started_at, scheduled_start, duplicates, parent_id } = task;
  return (
    typeof id === "string" &&
    typeof title === "string" &&
    isTextOrAbsent(created_at) &&
    isTextOrAbsent(updated_at) &&
    STATUSES.has(task["status"]) &&
    PRIORITIES.has(task["priority"]) &&
    isTextList(task["tags"]) &&
    isTextList(task["scope"]) &&
    isTextList(task["evidence"]) &&
    isTextList(task["plan"]) &&
    isTextList(task["notes"]) &&
    isTextList(task["depends_on"]) &&
    isTextList(task["blocks"]) &&
    isTextList(task["relates_to"]) &&
    areSortedFields(task["custom_fields"]) &&
    isTextOrAbsent(description) &&
    isTextOrAbsent(request) &&
    isTextOrAbsent(completed_at) &&
    isTextOrAbsent(started_at) &&
    isTextOrAbsent(scheduled_start) &&
    isTextOrAbsent(duplicates) &&
    isTextOrAbsent(parent_id) &&
    (task["kind"] === undefined || task["kind"] === "group") &&
    (task["agent"] === undefined || isPlainAgent(task["agent"])) &&
    (task["estimated_minutes"] === undefined || isMinutes(task["estimated_minutes"])) &&
    (task["actual_minutes"] === undefined || isMinutes(task["actual_minutes"]))
  );
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}

/** As `CanonicalForm`, for a single value. */
export function isCanonicalTask(value: unknown): value is Task {
  if (!isPlainObject(value)) return false;
  let at = 0;
  for (const key in value) {
    while (at < KEYS.length && KEYS[at] !== key) {
      if (IS_REQUIRED[at] === true) return false;
      at += 1;
    }
    const check = CHECKS[at];
    if (check === undefined || !hasForm(check, value[key])) return false;
    at += 1;
  }
  while (at < KEYS.length && IS_REQUIRED[at] !== true) at += 1;
  return at === KEYS.length;
}

/** The two forms that most values have are looked at without a call through a variable, which costs more than they do. */
function hasForm(check: Check, item: unknown): boolean {
  if (check === isText) return typeof item === "string";
  return check === isTextList ? isTextList(item) : check(item);
}

function isTextList(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  for (let index = 0; index < value.length; index += 1) if (typeof value[index] !== "string") return false;
  return true;
}

function areSortedFields(value: unknown): boolean {
  if (!isPlainObject(value)) return false;
  let last: string | null = null;
  for (const key in value) {
    if (typeof value[key] !== "string" || (last !== null && key < last)) return false;
    last = key;
  }
  return true;
}

/** An agent with nothing nested, as most have it; the schema decides about the others. */
function isPlainAgent(value: unknown): boolean {
  if (!isPlainObject(value)) return false;
  let last = -1;
  for (const key in value) {
    const index = AGENT_KEYS.indexOf(key);
    if (index <= last || !isPlainAgentValue(key, value[key])) return false;
    last = index;
  }
  return true;
}

const AGENT_KEYS: readonly string[] = ["runner", "model", "model_effort", "phases", "iterations", "followup_reasoning_effort"];
const EFFORTS: ReadonlySet<unknown> = new Set(ReasoningEffort.options);

function isPlainAgentValue(key: string, value: unknown): boolean {
  if (key === "phases" || key === "iterations") return isWhole(value, 255);
  if (key === "runner") return typeof value === "string" && isBuiltInRunner(value);
  if (key === "model") return typeof value === "string" && value !== "" && value.trim() === value;
  return EFFORTS.has(value);
}

function isWhole(value: unknown, max: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= max;
}
