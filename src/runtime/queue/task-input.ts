import * as v from "valibot";
import type { Immutable } from "../../base/shape.ts";
import { CustomFields, TASK_ENTRIES, TaskPriority } from "../../queue/task.ts";
import { TaskAgent } from "../../queue/task-agent.ts";

const Title = v.pipe(v.string(), v.trim(), v.nonEmpty("must not be blank"));
const Texts = v.pipe(v.array(v.string()), v.readonly());

/** Keys that a task keeps until somebody changes them; null takes the value away. */
const OPTIONAL = {
  description: TASK_ENTRIES.description,
  request: TASK_ENTRIES.request,
  agent: v.nullish(TaskAgent),
  estimated_minutes: TASK_ENTRIES.estimated_minutes,
  actual_minutes: TASK_ENTRIES.actual_minutes,
  scheduled_start: TASK_ENTRIES.scheduled_start,
  duplicates: TASK_ENTRIES.duplicates,
  parent_id: TASK_ENTRIES.parent_id,
  kind: TASK_ENTRIES.kind,
  priority: v.optional(TaskPriority),
  tags: v.optional(Texts),
  scope: v.optional(Texts),
  evidence: v.optional(Texts),
  plan: v.optional(Texts),
  notes: v.optional(Texts),
  depends_on: v.optional(Texts),
  blocks: v.optional(Texts),
  relates_to: v.optional(Texts),
  custom_fields: v.optional(CustomFields),
} as const;

/** A task to add; the queue gives it its id and its times. */
export const NewTask = v.strictObject({
  title: Title,
  /** Default `todo`. */
  status: v.optional(v.picklist(["draft", "todo"])),
  /** Before all waiting tasks, or after all, which is the default. */
  position: v.optional(v.picklist(["next", "end"])),
  ...OPTIONAL,
});
export type NewTask = Immutable<v.InferInput<typeof NewTask>>;

/** What is to be different about an active task. Lists and custom fields are replaced as a whole. */
export const TaskPatch = v.strictObject({
  title: v.optional(Title),
  /** A finished task is `finish`'s to make. */
  status: v.optional(v.picklist(["draft", "todo", "doing"])),
  ...OPTIONAL,
});
export type TaskPatch = Immutable<v.InferInput<typeof TaskPatch>>;
