import * as v from "valibot";
import { formatTimestamp, type Instant } from "../base/clock.ts";
import { BlockingState } from "../queue/blocking.ts";
import { RunnerEvent } from "../runners/event.ts";

export const PhaseName = v.picklist(["planning", "implementation", "review"]);
export type PhaseName = v.InferOutput<typeof PhaseName>;

export const TaskOutcome = v.picklist(["done", "rejected", "failed", "cancelled", "stalled"]);
export type TaskOutcome = v.InferOutput<typeof TaskOutcome>;

export const LoopOutcome = v.picklist(["completed", "no_candidates", "blocked", "stalled", "stopped", "failed"]);
export type LoopOutcome = v.InferOutput<typeof LoopOutcome>;

export const WorkerState = v.picklist([
  "starting",
  "working",
  "integrating",
  "landing",
  "waiting_checkout",
  "landed",
  "held",
  "rejected",
  "blocked",
  "failed",
]);
export type WorkerState = v.InferOutput<typeof WorkerState>;

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** Milliseconds. */
const Duration = v.pipe(v.number(), v.minValue(0));

/** Tokens and, where the agent reports one, the cost in its currency (USD). */
export const UsageTotals = v.strictObject({
  input_tokens: Count,
  output_tokens: Count,
  cache_read_tokens: Count,
  cost: v.nullable(v.number()),
});
export type UsageTotals = v.InferOutput<typeof UsageTotals>;

export const PhaseSummary = v.strictObject({ phase: PhaseName, runner: v.string(), model: v.string(), effort: v.optional(v.string()) });

const taskKeys = { task_id: v.string() };
const phaseKeys = { task_id: v.string(), phase: PhaseName };

/** What a run tells its observers; nothing in `run/` prints. */
export const RunEvent = v.variant("kind", [
  v.strictObject({
    kind: v.literal("run_started"),
    task_id: v.optional(v.string()),
    payload: v.strictObject({ run_id: v.string(), command: v.string(), pid: v.number() }),
  }),
  v.strictObject({
    kind: v.literal("resume_decision"),
    task_id: v.optional(v.string()),
    message: v.string(),
    payload: v.strictObject({
      status: v.picklist(["resuming_same_session", "falling_back_to_fresh_invocation", "refusing_to_resume"]),
      scope: v.picklist(["run_session", "continue_session"]),
      reason: v.string(),
      task_id: v.optional(v.string()),
      message: v.string(),
      detail: v.string(),
    }),
  }),
  /** `message` is the task's title. */
  v.strictObject({ kind: v.literal("task_selected"), ...taskKeys, message: v.string() }),
  v.strictObject({
    kind: v.literal("config_resolved"),
    ...taskKeys,
    payload: v.strictObject({
      phases: v.array(PhaseSummary),
      /** How many phases the task runs through: 1, 2 or 3. */
      phase_count: Count,
      iterations: Count,
      gate: v.nullable(v.string()),
      publish_mode: v.string(),
    }),
  }),
  v.strictObject({
    kind: v.literal("phase_entered"),
    ...phaseKeys,
    payload: v.strictObject({
      /** 1, 2 or 3; a single pass is 2. */
      number: Count,
      count: Count,
      iteration: Count,
      iterations: Count,
      runner: v.string(),
      model: v.string(),
      effort: v.optional(v.string()),
    }),
  }),
  v.strictObject({ kind: v.literal("phase_completed"), ...phaseKeys, payload: v.strictObject({ duration_ms: Duration }) }),
  v.strictObject({
    kind: v.literal("turn_started"),
    ...phaseKeys,
    payload: v.strictObject({
      /** Counts from 1 over the whole task. */
      turn: Count,
      max_turns: Count,
      /** `prompt`: the phase's first; `continue`: one more message of ours. */
      call: v.picklist(["prompt", "continue"]),
      runner: v.string(),
      model: v.string(),
      message: v.optional(v.string()),
    }),
  }),
  /** One event of the agent's own stream. */
  v.strictObject({ kind: v.literal("agent_event"), ...phaseKeys, payload: RunnerEvent }),
  v.strictObject({
    kind: v.literal("turn_finished"),
    ...phaseKeys,
    payload: v.strictObject({
      turn: Count,
      outcome: v.string(),
      duration_ms: Duration,
      session_id: v.nullable(v.string()),
      usage: v.nullable(UsageTotals),
    }),
  }),
  v.strictObject({
    kind: v.literal("retry"),
    ...phaseKeys,
    payload: v.strictObject({ attempt: Count, max_attempts: Count, delay_ms: Duration, reason: v.string() }),
  }),
  v.strictObject({
    kind: v.literal("usage_limit"),
    ...phaseKeys,
    message: v.string(),
    /** `resets_at` is RFC 3339 UTC, null when the agent names none. */
    payload: v.strictObject({ runner: v.string(), resets_at: v.nullable(v.string()) }),
  }),
  v.strictObject({
    kind: v.literal("gate_started"),
    ...taskKeys,
    phase: v.optional(PhaseName),
    payload: v.strictObject({ display: v.string(), tree: v.nullable(v.string()) }),
  }),
  v.strictObject({
    kind: v.literal("gate_finished"),
    ...taskKeys,
    phase: v.optional(PhaseName),
    payload: v.strictObject({
      display: v.string(),
      passed: v.boolean(),
      exit_code: v.nullable(v.number()),
      pattern: v.nullable(v.string()),
      duration_ms: Duration,
      tree: v.nullable(v.string()),
      /** The last lines of what the gate printed, redacted. */
      output_tail: v.string(),
    }),
  }),
  v.strictObject({
    kind: v.literal("outcome_recorded"),
    ...taskKeys,
    payload: v.strictObject({ outcome: v.picklist(["done", "rejected"]), notes: v.array(v.string()) }),
  }),
  v.strictObject({
    kind: v.literal("followups_applied"),
    ...taskKeys,
    payload: v.strictObject({ created: v.array(v.strictObject({ task_id: v.string(), title: v.string() })) }),
  }),
  v.strictObject({
    kind: v.literal("task_archived"),
    ...taskKeys,
    payload: v.strictObject({ outcome: v.picklist(["done", "rejected"]), evidence: v.nullable(v.string()) }),
  }),
  v.strictObject({ kind: v.literal("commit"), ...taskKeys, message: v.string(), payload: v.strictObject({ commit: v.string() }) }),
  v.strictObject({
    kind: v.literal("proof"),
    ...taskKeys,
    payload: v.strictObject({
      commit: v.string(),
      /** `same_tree`: the commit is what the gate saw; `gate_again`: the gate ran once more, on the commit. */
      by: v.picklist(["same_tree", "gate_again"]),
      proven: v.boolean(),
    }),
  }),
  v.strictObject({
    kind: v.literal("push"),
    ...taskKeys,
    message: v.string(),
    payload: v.strictObject({ outcome: v.picklist(["pushed", "nothing_to_push", "no_upstream"]) }),
  }),
  v.strictObject({
    kind: v.literal("processes_ended"),
    task_id: v.optional(v.string()),
    message: v.string(),
    payload: v.strictObject({ ended: v.array(v.number()), kept: v.array(v.number()) }),
  }),
  /** A task attempt ended. Machine clients see it as `run_finished` with a `task_id`. */
  v.strictObject({
    kind: v.literal("task_finished"),
    ...taskKeys,
    exit_code: Count,
    message: v.optional(v.string()),
    payload: v.strictObject({
      outcome: TaskOutcome,
      commit: v.optional(v.string()),
      duration_ms: Duration,
      usage: v.nullable(UsageTotals),
      blocking: v.optional(BlockingState),
    }),
  }),
  v.strictObject({
    kind: v.literal("queue_snapshot"),
    ...taskKeys,
    payload: v.strictObject({ active_count: Count, done_count: Count, next_runnable_task_id: v.nullable(v.string()) }),
  }),
  v.strictObject({
    kind: v.literal("blocked_state_changed"),
    task_id: v.optional(v.string()),
    message: v.string(),
    exit_code: v.optional(Count),
    payload: BlockingState,
  }),
  v.strictObject({ kind: v.literal("blocked_state_cleared"), message: v.string() }),
  /** Where a task of a parallel run stands, besides what its phases tell. `message` is for the person who watches. */
  v.strictObject({
    kind: v.literal("worker_state"),
    ...taskKeys,
    message: v.string(),
    payload: v.strictObject({
      state: WorkerState,
      branch: v.nullable(v.string()),
      /** Absolute path of the worktree. */
      path: v.nullable(v.string()),
      /** What landed. */
      commit: v.optional(v.string()),
    }),
  }),
  /** The coordinator's checkout changed, and nothing of the run's own explains it. */
  v.strictObject({
    kind: v.literal("wrote_outside"),
    message: v.string(),
    payload: v.strictObject({ task_ids: v.array(v.string()), paths: v.array(v.string()), head_moved: v.boolean() }),
  }),
  /** Two tasks that were worked together changed the same paths. `declared`: their scopes had said so. */
  v.strictObject({
    kind: v.literal("scope_overlap"),
    message: v.string(),
    payload: v.strictObject({ tasks: v.array(v.string()), paths: v.array(v.string()), declared: v.boolean() }),
  }),
  /** A line of the supervisor's own, for the person who watches. */
  v.strictObject({ kind: v.literal("message"), task_id: v.optional(v.string()), phase: v.optional(PhaseName), message: v.string() }),
  v.strictObject({
    kind: v.literal("warning"),
    task_id: v.optional(v.string()),
    phase: v.optional(PhaseName),
    message: v.string(),
    /** Only on the one that ends a failed run. */
    exit_code: v.optional(Count),
  }),
  /** The last event of a run. */
  v.strictObject({
    kind: v.literal("run_finished"),
    exit_code: Count,
    payload: v.strictObject({
      outcome: v.union([LoopOutcome, v.literal("ran")]),
      attempted: Count,
      succeeded: Count,
      failed: Count,
      duration_ms: Duration,
    }),
  }),
]);
export type RunEvent = v.InferOutput<typeof RunEvent>;

export type RunEventOf<Kind extends RunEvent["kind"]> = Extract<RunEvent, { kind: Kind }>;

/** What the run log stores, one a line: the event with its envelope. */
export interface RunEventEnvelope {
  readonly version: 3;
  /** RFC 3339, UTC, nine fractional digits. */
  readonly timestamp: string;
  readonly run_mode: "one" | "loop";
}

export type StoredRunEvent = RunEventEnvelope & RunEvent;

/** Puts an event into its envelope. */
export function enveloped(event: RunEvent, mode: "one" | "loop", at: Instant): StoredRunEvent {
  return { version: 3, timestamp: formatTimestamp(at), run_mode: mode, ...event };
}
