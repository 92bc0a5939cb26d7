import * as v from "valibot";

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Why no work is happening. The kinds are a closed set; `scope` and `reason` are open. */
export const BlockingReason = v.variant("kind", [
  v.strictObject({ kind: v.literal("idle"), include_draft: v.boolean() }),
  v.strictObject({ kind: v.literal("dependency_blocked"), blocked_tasks: Count }),
  v.strictObject({
    kind: v.literal("schedule_blocked"),
    blocked_tasks: Count,
    /** RFC 3339, UTC. */
    next_runnable_at: v.exactOptional(v.string()),
    seconds_until_next_runnable: v.exactOptional(v.pipe(v.number(), v.integer())),
  }),
  v.strictObject({ kind: v.literal("mixed_queue"), dependency_blocked: Count, schedule_blocked: Count, status_filtered: Count }),
  v.strictObject({
    kind: v.literal("lock_blocked"),
    lock_path: v.exactOptional(v.string()),
    /** Label of the holder. */
    owner: v.exactOptional(v.string()),
    owner_pid: v.exactOptional(v.number()),
  }),
  v.strictObject({ kind: v.literal("ci_blocked"), exit_code: v.exactOptional(v.number()), pattern: v.exactOptional(v.string()) }),
  v.strictObject({ kind: v.literal("runner_recovery"), scope: v.string(), reason: v.string(), task_id: v.exactOptional(v.string()) }),
  v.strictObject({
    kind: v.literal("operator_recovery"),
    scope: v.string(),
    reason: v.string(),
    suggested_command: v.exactOptional(v.string()),
  }),
]);
export type BlockingReason = v.InferOutput<typeof BlockingReason>;

/** One answer to "why is nothing happening", for people and programs alike. */
export const BlockingState = v.strictObject({
  status: v.picklist(["waiting", "blocked", "stalled"]),
  reason: BlockingReason,
  task_id: v.exactOptional(v.string()),
  /** One sentence. */
  message: v.string(),
  /** What stands behind it and what to do, a few sentences. */
  detail: v.string(),
  /** When it was seen, RFC 3339 UTC. */
  observed_at: v.exactOptional(v.string()),
});
export type BlockingState = v.InferOutput<typeof BlockingState>;
