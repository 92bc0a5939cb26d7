import * as v from "valibot";
import { type Compact, compact, type Immutable, isPlainObject, kindOf } from "../base/shape.ts";
import { unsigned } from "../config/schema/values.ts";
import { TaskAgent } from "./task-agent.ts";

export const TaskStatus = v.picklist(["draft", "todo", "doing", "done", "rejected"]);
export type TaskStatus = v.InferOutput<typeof TaskStatus>;

export const TaskPriority = v.picklist(["critical", "high", "medium", "low"]);
export type Priority = v.InferOutput<typeof TaskPriority>;

export const TaskKind = v.picklist(["work_item", "group"]);
export type TaskKind = v.InferOutput<typeof TaskKind>;

const TextList = v.optional(v.array(v.string()), []);
const OptionalText = v.nullish(v.string());
const Minutes = v.nullish(unsigned("u32"));

/** Custom fields as files may hold them: any own key counts, scalars become strings, other values are refused. */
export const CustomFields = v.pipe(
  v.custom<Record<string, unknown>>(isPlainObject, (issue) => `custom_fields must be an object, not ${kindOf(issue.input)}`),
  v.rawTransform<Record<string, unknown>, Readonly<Record<string, string>>>(({ dataset, addIssue, NEVER }) => {
    const input = dataset.value;
    const fields: [string, string][] = [];
    for (const [key, value] of Object.entries(input)) {
      if (typeof value === "string") fields.push([key, value]);
      else if (typeof value === "boolean") fields.push([key, String(value)]);
      else if (typeof value === "number") fields.push([key, numberAsText(value, null)]);
      else {
        addIssue({
          input: value,
          message: `custom_fields "${key}" must be a string, number or boolean, not ${kindOf(value)}`,
          expected: "string | number | boolean",
          received: kindOf(value),
          path: [{ type: "object", origin: "value", input, key, value }],
        });
        return NEVER;
      }
    }
    return sortedFields(Object.fromEntries(fields));
  }),
);

/** Every key of a task in the order it is written. Lists are empty when absent; other absent keys stay absent. */
export const TASK_ENTRIES = {
  id: v.string(),
  status: v.optional(TaskStatus, "todo"),
  kind: v.optional(TaskKind),
  title: v.string(),
  description: OptionalText,
  priority: v.optional(TaskPriority, "medium"),
  tags: TextList,
  scope: TextList,
  evidence: TextList,
  plan: TextList,
  notes: TextList,
  /** The person's request that led to the task. */
  request: OptionalText,
  agent: v.nullish(TaskAgent),
  created_at: OptionalText,
  updated_at: OptionalText,
  completed_at: OptionalText,
  started_at: OptionalText,
  estimated_minutes: Minutes,
  actual_minutes: Minutes,
  scheduled_start: OptionalText,
  depends_on: TextList,
  blocks: TextList,
  relates_to: TextList,
  duplicates: OptionalText,
  custom_fields: v.optional(CustomFields, {}),
  parent_id: OptionalText,
} as const;

const TaskFields = v.strictObject(TASK_ENTRIES);
type TaskFields = v.InferOutput<typeof TaskFields>;

/**
 * A task exactly as a queue file holds it: keys in canonical order, lists always present,
 * what is unset absent (`kind` and `agent.model_effort` when they have their default, too).
 * `JSON.stringify` of it is its file form.
 */
export type Task = Immutable<Compact<TaskFields>>;

/** A task before it is put in form: any order, unset keys null, undefined or absent. */
export type LooseTask = Immutable<TaskFields>;

/** Parses a task of any accepted form into its canonical one. */
export const TaskRecord = v.pipe(
  TaskFields,
  v.transform((task) => canonicalTask(task)),
);

/** The task in its file form: canonical key order, unset keys and defaults that are not written left out. */
export function canonicalTask(task: LooseTask): Task {
  return compact({
    id: task.id,
    status: task.status,
    kind: task.kind === "group" ? task.kind : undefined,
    title: task.title,
    description: task.description,
    priority: task.priority,
    tags: task.tags,
    scope: task.scope,
    evidence: task.evidence,
    plan: task.plan,
    notes: task.notes,
    request: task.request,
    agent: task.agent,
    created_at: task.created_at,
    updated_at: task.updated_at,
    completed_at: task.completed_at,
    started_at: task.started_at,
    estimated_minutes: task.estimated_minutes,
    actual_minutes: task.actual_minutes,
    scheduled_start: task.scheduled_start,
    depends_on: task.depends_on,
    blocks: task.blocks,
    relates_to: task.relates_to,
    duplicates: task.duplicates,
    custom_fields: sortedFields(task.custom_fields),
    parent_id: task.parent_id,
  });
}

/** Custom fields in ascending order of their keys. */
export function sortedFields(fields: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** `work_item` unless the task says otherwise. */
export function kindOfTask(task: Task): TaskKind {
  return task.kind ?? "work_item";
}

/**
 * Text of a number in custom fields. An integer keeps its digits, however many (`token` is its raw text,
 * null when unknown); any other number becomes the shortest decimal of the double, `.0` added when it is whole.
 */
export function numberAsText(value: number, token: string | null): string {
  if (token === null) return Number.isInteger(value) ? BigInt(value).toString() : String(value);
  const text = token.replace(/^\+/, "");
  if (/^-?\d+$/.test(text)) return BigInt(text).toString();
  const hexadecimal = /^(-?)(0[xX][0-9a-fA-F]+)$/.exec(text);
  if (hexadecimal !== null) return `${hexadecimal[1] ?? ""}${BigInt(hexadecimal[2] ?? "0").toString()}`;
  if (!Number.isFinite(value)) return text;
  const shortest = String(value).replace("e+", "e");
  return /[.e]/.test(shortest) ? shortest : `${shortest}.0`;
}
