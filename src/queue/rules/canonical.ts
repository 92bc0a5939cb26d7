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
 * True when the value, as parsed from a file, already is what the task schema would make of it, so that it
 * need not be copied. False says nothing: the schema decides. More than ten times faster than the schema,
 * which is what keeps a queue of 10,000 tasks readable in a blink; a property test holds the two together.
 */
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
