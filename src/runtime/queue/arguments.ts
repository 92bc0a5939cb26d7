import * as v from "valibot";
import { CueLoopError } from "../../base/errors.ts";
import { parseValue } from "../../base/parse.ts";
import { compact } from "../../base/shape.ts";
import { TaskStatus } from "../../queue/task.ts";
import type { QueueFilter } from "./queue.ts";

const Texts = v.optional(v.array(v.string()));
const Instant = v.optional(v.bigint("must be nanoseconds since 1970, as a bigint"));

const Filter = v.strictObject({
  statuses: v.optional(v.array(TaskStatus)),
  tags: Texts,
  scopes: Texts,
  dependsOn: v.optional(v.string()),
  scheduled: v.optional(v.boolean()),
  scheduledAfter: Instant,
  scheduledBefore: Instant,
} satisfies Record<keyof QueueFilter, v.GenericSchema>);

/** A filter as user code gave it: one that is misspelt would let every task pass. Error: `file.invalid` naming the key. */
export function readFilter(call: string, value: unknown): QueueFilter {
  return compact(parseValue(Filter, { file: call, value: value ?? {} }, "filter"));
}

/** Error `queue.arguments` for what is no id. */
export function readId(call: string, value: unknown): string {
  if (typeof value === "string") return value;
  throw new CueLoopError("queue.arguments", { message: `${call} needs the id of a task, not ${Bun.inspect(value, { depth: 1 })}.` });
}

/** Error `queue.arguments` where one of them is missing. */
export function requireChange(label: unknown, change: unknown): void {
  if (typeof label === "string" && label.trim() !== "" && typeof change === "function") return;
  throw new CueLoopError("queue.arguments", {
    message: "transaction() needs a label and a function that makes the change. Nothing was changed.",
    hint: '`queue.transaction("triage", (draft) => { draft.update("RQ-0001", { priority: "low" }); })`: the label is what `cueloop undo` shows.',
  });
}
