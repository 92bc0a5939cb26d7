import * as v from "valibot";

export const WorkerLifecycle = v.picklist(["running", "integrating", "completed", "failed", "blocked_push"]);
export type WorkerLifecycle = v.InferOutput<typeof WorkerLifecycle>;

/** Where the coordinator stands with a task, finer than the lifecycle. */
export const WorkerStep = v.picklist(["creating", "ready", "working", "integrating", "landing", "waiting_checkout", "done"]);
export type WorkerStep = v.InferOutput<typeof WorkerStep>;

const Text = v.nullish(v.string());

/** What the state file keeps of one task's worker. Keys nobody knows are kept as they are. */
export const WorkerRecord = v.looseObject({
  task_id: v.string(),
  /** Absolute path of the worktree. */
  workspace_path: v.string(),
  lifecycle: v.optional(WorkerLifecycle, "running"),
  /** RFC 3339, UTC. */
  started_at: v.string(),
  completed_at: Text,
  last_error: Text,
  /** Attempts at bringing the work in. */
  push_attempts: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
  branch: Text,
  /** Commit the worktree was made from. */
  base_commit: Text,
  step: v.nullish(WorkerStep),
  pid: v.nullish(v.number()),
  pid_start: Text,
  /** Fencing token of the attempt; the claim and whatever a worker reports carry the same one. */
  token: Text,
  run_id: Text,
  /** `held`: finished, and on its branch only. */
  integration: v.nullish(v.picklist(["held"])),
  integrated_commit: Text,
  /** The task landed where the coordinator's checkout does not show it yet. */
  local_refresh: v.nullish(v.picklist(["pending"])),
  retry_requested: v.nullish(v.boolean()),
  /** The attempt starts over; work of the one before is kept by a salvage ref. */
  retry_restart: v.nullish(v.boolean()),
  /** A person's remark, until a prompt has carried it. */
  retry_message: Text,
  /** Evidence of a held result, as it goes into the task's record. */
  evidence: Text,
  salvage_ref: Text,
  /** A failed task that was blocked and whose worktree was given up: selection passes over it until a person asks for a retry. */
  awaits_retry: v.nullish(v.boolean()),
  /** Seeded paths that git does not ignore there, relative to the worktree: never staged. */
  seeded: v.nullish(v.array(v.string())),
});
export type WorkerRecord = v.InferOutput<typeof WorkerRecord>;

/** `.cueloop/cache/parallel/state.json`. */
export const StateFile = v.looseObject({
  schema_version: v.optional(v.number(), 1),
  /** Start of the run that made or retargeted the file; RFC 3339, UTC. */
  started_at: v.optional(v.string(), ""),
  target_branch: v.optional(v.string(), ""),
  workers: v.optional(v.array(WorkerRecord), []),
  /** Usage limits that the workers wait for: no turn with the runner before `until` (RFC 3339, UTC). */
  limits: v.nullish(v.array(v.object({ runner: v.string(), until: v.string() }))),
});
export type StateFile = v.InferOutput<typeof StateFile>;

export const STATE_VERSION = 3;

const TERMINAL: ReadonlySet<WorkerLifecycle> = new Set(["completed", "failed", "blocked_push"]);

/** Whether a worker's part is over: completed, failed or blocked. */
export function isTerminal({ lifecycle }: Pick<WorkerRecord, "lifecycle">): boolean {
  return TERMINAL.has(lifecycle);
}
