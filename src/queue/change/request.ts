import * as v from "valibot";
import { CueLoopError } from "../../base/errors.ts";
import { unsigned } from "../../config/schema/values.ts";
import { CustomFields, TaskKind, TaskPriority, TaskStatus } from "../task.ts";
import { TaskAgent } from "../task-agent.ts";

const Text = v.pipe(v.string(), v.trim(), v.nonEmpty("must not be blank"));
const Texts = v.optional(v.array(v.string()), []);
const Ids = v.optional(v.array(Text), []);

/** One task of an insert request. */
export const InsertTask = v.strictObject({
  key: Text,
  title: Text,
  description: v.nullish(
    v.pipe(
      v.string(),
      v.check((text) => text.trim() !== "", "must not be blank"),
    ),
  ),
  priority: v.optional(TaskPriority, "medium"),
  status: v.optional(v.picklist(["draft", "todo", "doing"], insertStatusMessage), "todo"),
  kind: v.optional(TaskKind, "work_item"),
  tags: Texts,
  scope: Texts,
  evidence: Texts,
  plan: Texts,
  notes: Texts,
  request: v.nullish(v.string()),
  /** Keys of this request. */
  depends_on_keys: Ids,
  depends_on: Ids,
  blocks: Ids,
  relates_to: Ids,
  duplicates: v.nullish(Text),
  parent_key: v.nullish(Text),
  parent_id: v.nullish(Text),
  custom_fields: v.optional(CustomFields, {}),
  estimated_minutes: v.nullish(unsigned("u32")),
  agent: v.nullish(TaskAgent),
});
export type InsertTask = v.InferOutput<typeof InsertTask>;

/** The document `task insert` reads, version 1. */
export const InsertRequest = v.strictObject({
  version: v.literal(1),
  tasks: v.pipe(v.array(InsertTask), v.minLength(1, "holds no task")),
});
export type InsertRequest = v.InferOutput<typeof InsertRequest>;

const FollowupText = v.pipe(v.string(), v.trim(), v.nonEmpty("must not be blank"));

/** One proposed task. */
export const FollowupTask = v.strictObject({
  key: FollowupText,
  title: FollowupText,
  description: FollowupText,
  priority: TaskPriority,
  tags: Texts,
  scope: Texts,
  evidence: Texts,
  plan: Texts,
  /** Keys of this file. */
  depends_on_keys: Ids,
  /** Why it is no part of the task it came from; asked for so that the agent thinks about it, not kept. */
  independence_rationale: FollowupText,
});

/** What an agent leaves in `.cueloop/cache/followups/<ID>.json`. */
export const FollowupsProposal = v.strictObject({
  version: v.union([v.literal(1), v.literal("followups@v1")], 'must be 1 (or "followups@v1")'),
  source_task_id: FollowupText,
  tasks: v.array(FollowupTask),
});
export type FollowupsProposal = v.InferOutput<typeof FollowupsProposal>;

interface Keyed {
  readonly key: string;
  readonly depends_on_keys: readonly string[];
  readonly parent_key?: string | null | undefined;
}

/**
 * The new id of each key. Errors `queue.request_invalid`: a key twice, a key that names itself or is not in the request.
 */
export function resolveKeys(tasks: readonly Keyed[], ids: readonly string[]): ReadonlyMap<string, string> {
  const idOf = new Map<string, string>();
  for (const [index, { key }] of tasks.entries()) {
    if (idOf.has(key)) throw requestInvalid(`tasks[${index}].key`, `the key "${key}" is used twice`, "Give each task a key of its own.");
    idOf.set(key, ids[index] ?? "");
  }
  for (const [index, task] of tasks.entries()) {
    for (const [at, key] of task.depends_on_keys.entries()) checkKey(`tasks[${index}].depends_on_keys[${at}]`, task.key, key, idOf);
    if (task.parent_key !== undefined && task.parent_key !== null) checkKey(`tasks[${index}].parent_key`, task.key, task.parent_key, idOf);
  }
  return idOf;
}

/** The error for a request that parses but makes no sense. */
export function requestInvalid(path: string, says: string, hint: string): CueLoopError {
  return new CueLoopError("queue.request_invalid", { message: `\`${path}\`: ${says}. Nothing was written.`, hint, where: { path } });
}

function checkKey(path: string, own: string, key: string, idOf: ReadonlyMap<string, string>): void {
  if (key === own) throw requestInvalid(path, `"${key}" is the task itself`, "Remove it.");
  if (!idOf.has(key))
    throw requestInvalid(path, `no task of this request has the key "${key}"`, `Keys here: ${[...idOf.keys()].join(", ")}.`);
}

function insertStatusMessage(issue: v.BaseIssue<unknown>): string {
  const found = TaskStatus.options.some((status) => status === issue.input) ? "; a new task cannot be finished already" : "";
  return `must be draft, todo or doing${found}`;
}
