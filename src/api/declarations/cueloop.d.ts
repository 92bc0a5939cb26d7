// The modules that CueLoop gives to cueloop.config.ts, scripts and tests. Written by `cueloop config types --write`.

declare module "cueloop" {
  import * as v from "cueloop/valibot";

  /** valibot, for schemas of arguments, flags and custom fields. */
  export { v };

  /** Of the executable. */
  export const version: string;

  /** What `cueloop.config.ts` exports: a configuration, a function that makes one, or a promise. */
  export function defineConfig(config: ConfigValue): ConfigValue;

  /** An agent of the repository's own. */
  export function defineRunner(runner: Runner): Runner;

  /** A command of the repository's own. */
  export function defineCommand<Args extends v.ObjectSchema<v.ObjectEntries, undefined> | v.StrictObjectSchema<v.ObjectEntries, undefined> | undefined = undefined, Flags extends v.ObjectSchema<v.ObjectEntries, undefined> | v.StrictObjectSchema<v.ObjectEntries, undefined> | undefined = undefined>(command: Command<Args, Flags>): AnyCommand;

  /** The queue of the repository at or above a directory. */
  export function openQueue(options?: OpenQueueOptions): Queue;

  /** Works one task in this process, as `cueloop run one --id ID` does. Nobody is ever asked anything. */
  export function runTask(id: string, options?: RunTaskOptions): Run<TaskRunOutcome>;

  /** Works the queue in this process, as `cueloop run loop` does. Nobody is ever asked anything. */
  export function runLoop(options?: RunLoopOptions): Run<LoopRunOutcome>;

  /** Log lines for people, on stderr; text is redacted by the log itself. */
  export interface Log {
    error(message: string): void;
    warn(message: string): void;
    info(message: string): void;
    debug(message: string): void;
  }

  /**
   * The one error class of the program. `code` is stable and dotted, `folder.reason`
   * (for example `queue.lock_held`); everything else is for the reader.
   */
  export class CueLoopError extends Error {
    readonly code: string;
    readonly hint: string | undefined;
    readonly where: ErrorPlace | undefined;
    readonly kept: string | undefined;
    constructor(code: string, details: ErrorDetails);
  }

  export interface ErrorDetails {
    /** What happened, one sentence or a few lines, for a person. */
    readonly message: string;
    /** What to do next: a command or an edit. */
    readonly hint?: string | undefined;
    readonly where?: ErrorPlace | undefined;
    /** Path or ref that holds work which would otherwise look lost. */
    readonly kept?: string | undefined;
    readonly cause?: unknown | undefined;
  }

  /** Where a problem is, as far as it is known. Lines and columns count from 1. */
  export interface ErrorPlace {
    readonly file?: string | undefined;
    readonly line?: number | undefined;
    readonly column?: number | undefined;
    readonly taskId?: string | undefined;
    /** Path inside a document, for example `tasks[3].tags`. */
    readonly path?: string | undefined;
  }

  /** A further row of the table by which a failing gate's output is recognised. */
  export interface CiPattern {
    readonly key: string;
    /** Every one of these must occur. */
    readonly all: readonly string[];
    readonly hint: string;
  }

  export type HookName = "runStart" | "selectTask" | "beforeTask" | "worktreeReady" | "beforePhase" | "afterPhase" | "gate" | "beforeCommit" | "beforeIntegrate" | "afterTask" | "blocked" | "runEnd" | "onEvent";

  /** The configuration after all layers are merged: every key is there, null where it is unset. */
  export interface ResolvedConfig {
    readonly version: 2;
    readonly project_type: "code" | "docs";
    readonly queue: {
      readonly id_width: number;
      readonly size_warning_threshold_kb: number;
      readonly task_count_warning_threshold: number;
      readonly max_dependency_depth: number;
      readonly file: string;
      readonly done_file: string;
      readonly id_prefix: string;
      readonly auto_archive_terminal_after_days: number | null;
      readonly aging_thresholds: {
        readonly warning_days: number | null;
        readonly stale_days: number | null;
        readonly rotten_days: number | null;
      };
    };
    readonly agent: ResolvedAgent;
    readonly parallel: CodeOnlyParallel & {
      readonly max_push_attempts: number;
      readonly workspace_retention_hours: number;
      readonly push_backoff_ms: readonly number[];
      readonly workers: number | null;
      readonly workspace_root: string | null;
      readonly ignored_file_allowlist: readonly string[] | null;
    };
    readonly loop: {
      readonly empty_poll_ms: number;
      readonly wait_poll_ms: number;
      readonly wait_timeout_seconds: number;
      readonly wait_when_empty: boolean;
      readonly wait_when_blocked: boolean;
      readonly notify_when_unblocked: boolean;
    };
    readonly plugins: {
      readonly plugins: Readonly<Record<string, {
        readonly enabled: boolean | null;
        readonly config: unknown;
      }>>;
    };
    /** Named patches over `agent`, as far as layers define any; built-in profiles are not among them. */
    readonly profiles?: Readonly<Record<string, {
      readonly runner?: string | undefined;
      readonly cursor?: {
        readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
        readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
      } | undefined;
      readonly model?: string | undefined;
      readonly phases?: number | undefined;
      readonly iterations?: number | undefined;
      readonly followup_reasoning_effort?: Effort | undefined;
      readonly runner_cli?: {
        readonly defaults?: {
          readonly output_format?: "stream_json" | "json" | "text" | undefined;
          readonly verbosity?: "quiet" | "normal" | "verbose" | undefined;
          readonly approval_mode?: "default" | "auto_edits" | "yolo" | "safe" | undefined;
          readonly sandbox?: "default" | "enabled" | "disabled" | undefined;
          readonly plan_mode?: "default" | "enabled" | "disabled" | undefined;
          readonly unsupported_option_policy?: "ignore" | "warn" | "error" | undefined;
        } | undefined;
        readonly runners?: Readonly<Record<string, {
          readonly output_format?: "stream_json" | "json" | "text" | undefined;
          readonly verbosity?: "quiet" | "normal" | "verbose" | undefined;
          readonly approval_mode?: "default" | "auto_edits" | "yolo" | "safe" | undefined;
          readonly sandbox?: "default" | "enabled" | "disabled" | undefined;
          readonly plan_mode?: "default" | "enabled" | "disabled" | undefined;
          readonly unsupported_option_policy?: "ignore" | "warn" | "error" | undefined;
        }>> | undefined;
      } | undefined;
      readonly phase_overrides?: {
        readonly phase1?: {
          readonly runner?: string | undefined;
          readonly cursor?: {
            readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
            readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
          } | undefined;
          readonly model?: string | undefined;
          readonly reasoning_effort?: Effort | undefined;
        } | undefined;
        readonly phase2?: {
          readonly runner?: string | undefined;
          readonly cursor?: {
            readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
            readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
          } | undefined;
          readonly model?: string | undefined;
          readonly reasoning_effort?: Effort | undefined;
        } | undefined;
        readonly phase3?: {
          readonly runner?: string | undefined;
          readonly cursor?: {
            readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
            readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
          } | undefined;
          readonly model?: string | undefined;
          readonly reasoning_effort?: Effort | undefined;
        } | undefined;
      } | undefined;
      readonly reasoning_effort?: Effort | undefined;
      readonly session_timeout_hours?: number | undefined;
      readonly codex_bin?: string | undefined;
      readonly opencode_bin?: string | undefined;
      readonly gemini_bin?: string | undefined;
      readonly claude_bin?: string | undefined;
      readonly cursor_sdk_node_bin?: string | undefined;
      readonly cursor_bin?: string | undefined;
      readonly kimi_bin?: string | undefined;
      readonly pi_bin?: string | undefined;
      readonly claude_permission_mode?: "accept_edits" | "bypass_permissions" | undefined;
      readonly instruction_files?: readonly string[] | undefined;
      readonly repoprompt_plan_required?: boolean | undefined;
      readonly repoprompt_tool_injection?: boolean | undefined;
      readonly ci_gate?: {
        readonly enabled?: boolean | undefined;
        readonly argv?: readonly string[] | undefined;
      } | undefined;
      readonly git_revert_mode?: "enabled" | "disabled" | "ask" | undefined;
      readonly git_publish_mode?: "commit" | "off" | "commit_and_push" | undefined;
      readonly notification?: {
        readonly enabled?: boolean | undefined;
        readonly notify_on_complete?: boolean | undefined;
        readonly notify_on_fail?: boolean | undefined;
        readonly notify_on_loop_complete?: boolean | undefined;
        readonly notify_on_watch_new_tasks?: boolean | undefined;
        readonly suppress_when_active?: boolean | undefined;
        readonly sound_enabled?: boolean | undefined;
        readonly sound_path?: string | undefined;
        readonly timeout_ms?: number | undefined;
      } | undefined;
      readonly webhook?: {
        readonly enabled?: boolean | undefined;
        readonly events?: readonly ("phase_completed" | "task_created" | "task_started" | "task_completed" | "task_failed" | "task_status_changed" | "loop_started" | "loop_stopped" | "phase_started" | "queue_unblocked" | "*")[] | undefined;
        readonly timeout_secs?: number | undefined;
        readonly retry_count?: number | undefined;
        readonly retry_backoff_ms?: number | undefined;
        readonly queue_capacity?: number | undefined;
        readonly parallel_queue_multiplier?: number | undefined;
        readonly queue_policy?: "drop_oldest" | "drop_new" | "block_with_timeout" | undefined;
        readonly url?: string | undefined;
        readonly allow_insecure_http?: boolean | undefined;
        readonly allow_private_targets?: boolean | undefined;
        readonly secret?: string | undefined;
      } | undefined;
      readonly scan_prompt_version?: "v1" | "v2" | undefined;
      readonly runner_retry?: {
        readonly max_attempts?: number | undefined;
        readonly base_backoff_ms?: number | undefined;
        readonly multiplier?: number | undefined;
        readonly max_backoff_ms?: number | undefined;
        readonly jitter_ratio?: number | undefined;
      } | undefined;
    }>> | undefined;
  }

  /** One answer to "why is nothing happening", for people and programs alike. */
  export type BlockingState = {
    readonly status: "blocked" | "waiting" | "stalled";
    readonly reason: {
      readonly kind: "idle";
      readonly include_draft: boolean;
    } | {
      readonly kind: "dependency_blocked";
      readonly blocked_tasks: number;
    } | {
      readonly kind: "schedule_blocked";
      readonly blocked_tasks: number;
      /** RFC 3339, UTC. */
      readonly next_runnable_at?: string | undefined;
      readonly seconds_until_next_runnable?: number | undefined;
    } | {
      readonly kind: "mixed_queue";
      readonly dependency_blocked: number;
      readonly schedule_blocked: number;
      readonly status_filtered: number;
    } | {
      readonly kind: "lock_blocked";
      readonly lock_path?: string | undefined;
      /** Label of the holder. */
      readonly owner?: string | undefined;
      readonly owner_pid?: number | undefined;
    } | {
      readonly kind: "ci_blocked";
      readonly exit_code?: number | undefined;
      readonly pattern?: string | undefined;
    } | {
      readonly kind: "runner_recovery";
      readonly scope: string;
      readonly reason: string;
      readonly task_id?: string | undefined;
    } | {
      readonly kind: "operator_recovery";
      readonly scope: string;
      readonly reason: string;
      readonly suggested_command?: string | undefined;
    };
    readonly task_id?: string | undefined;
    /** One sentence. */
    readonly message: string;
    /** What stands behind it and what to do, a few sentences. */
    readonly detail: string;
    /** When it was seen, RFC 3339 UTC. */
    readonly observed_at?: string | undefined;
  };

  /** Why a task may not be taken now. */
  export type NotRunnable = {
    readonly kind: "non_executable_kind";
    readonly task_kind: TaskKind;
  } | {
    readonly kind: "status_not_runnable";
    readonly status: TaskStatus;
  } | {
    readonly kind: "draft_excluded";
  } | {
    readonly kind: "unmet_dependencies";
    readonly dependencies: readonly UnmetDependency[];
  } | {
    readonly kind: "scheduled_start_in_future";
    /** As the task has it. */
    readonly scheduled_start: string;
    readonly now: string;
    /** Whole seconds, truncated. */
    readonly seconds_until_runnable: number;
  };

  export interface RunnabilityRow {
    readonly id: string;
    readonly status: TaskStatus;
    readonly kind: TaskKind;
    readonly runnable: boolean;
    readonly reasons: readonly NotRunnable[];
  }

  export type Priority = "critical" | "high" | "medium" | "low";

  /**
   * A task exactly as a queue file holds it: keys in canonical order, lists always present,
   * what is unset absent (`kind` and `agent.model_effort` when they have their default, too).
   * `JSON.stringify` of it is its file form.
   */
  export type Task = {
    readonly status: TaskStatus;
    readonly scope: readonly string[];
    readonly id: string;
    readonly title: string;
    readonly priority: Priority;
    readonly tags: readonly string[];
    readonly evidence: readonly string[];
    readonly plan: readonly string[];
    readonly notes: readonly string[];
    readonly depends_on: readonly string[];
    readonly blocks: readonly string[];
    readonly relates_to: readonly string[];
    readonly custom_fields: Readonly<Record<string, string>>;
    readonly kind?: TaskKind | undefined;
    readonly description?: string | undefined;
    readonly request?: string | undefined;
    readonly agent?: {
      readonly runner?: string | undefined;
      readonly cursor?: {
        readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
        readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
      } | undefined;
      readonly model?: string | undefined;
      readonly phases?: number | undefined;
      readonly iterations?: number | undefined;
      readonly followup_reasoning_effort?: Effort | undefined;
      readonly runner_cli?: {
        readonly output_format?: "stream_json" | "json" | "text" | undefined;
        readonly verbosity?: "quiet" | "normal" | "verbose" | undefined;
        readonly approval_mode?: "default" | "auto_edits" | "yolo" | "safe" | undefined;
        readonly sandbox?: "default" | "enabled" | "disabled" | undefined;
        readonly plan_mode?: "default" | "enabled" | "disabled" | undefined;
        readonly unsupported_option_policy?: "ignore" | "warn" | "error" | undefined;
      } | undefined;
      readonly phase_overrides?: {
        readonly phase1?: {
          readonly runner?: string | undefined;
          readonly cursor?: {
            readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
            readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
          } | undefined;
          readonly model?: string | undefined;
          readonly reasoning_effort?: Effort | undefined;
        } | undefined;
        readonly phase2?: {
          readonly runner?: string | undefined;
          readonly cursor?: {
            readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
            readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
          } | undefined;
          readonly model?: string | undefined;
          readonly reasoning_effort?: Effort | undefined;
        } | undefined;
        readonly phase3?: {
          readonly runner?: string | undefined;
          readonly cursor?: {
            readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
            readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
          } | undefined;
          readonly model?: string | undefined;
          readonly reasoning_effort?: Effort | undefined;
        } | undefined;
      } | undefined;
    } | undefined;
    readonly created_at?: string | undefined;
    readonly updated_at?: string | undefined;
    readonly completed_at?: string | undefined;
    readonly started_at?: string | undefined;
    readonly estimated_minutes?: number | undefined;
    readonly actual_minutes?: number | undefined;
    readonly scheduled_start?: string | undefined;
    readonly duplicates?: string | undefined;
    readonly parent_id?: string | undefined;
  };

  export type TaskKind = "work_item" | "group";

  export type TaskStatus = "draft" | "todo" | "doing" | "done" | "rejected";

  export type Phase = "planning" | "implementation" | "review";

  export type RunEvent = RunEventEnvelope & {
    readonly kind: "run_started";
    readonly task_id?: string | undefined;
    readonly payload: {
      readonly run_id: string;
      readonly command: string;
      readonly pid: number;
    };
  } | RunEventEnvelope & {
    readonly kind: "resume_decision";
    readonly task_id?: string | undefined;
    readonly message: string;
    readonly payload: {
      readonly status: "resuming_same_session" | "falling_back_to_fresh_invocation" | "refusing_to_resume";
      readonly scope: "run_session" | "continue_session";
      readonly reason: string;
      readonly task_id?: string | undefined;
      readonly message: string;
      readonly detail: string;
    };
  } | RunEventEnvelope & {
    readonly message: string;
    readonly task_id: string;
    readonly kind: "task_selected";
  } | RunEventEnvelope & {
    readonly payload: {
      readonly phases: {
        readonly phase: Phase;
        readonly runner: string;
        readonly model: string;
        readonly effort?: string | undefined;
      }[];
      /** How many phases the task runs through: 1, 2 or 3. */
      readonly phase_count: number;
      readonly iterations: number;
      readonly gate: string | null;
      readonly publish_mode: string;
    };
    readonly task_id: string;
    readonly kind: "config_resolved";
  } | RunEventEnvelope & {
    readonly payload: {
      /** 1, 2 or 3; a single pass is 2. */
      readonly number: number;
      readonly count: number;
      readonly iteration: number;
      readonly iterations: number;
      readonly runner: string;
      readonly model: string;
      readonly effort?: string | undefined;
    };
    readonly task_id: string;
    readonly phase: Phase;
    readonly kind: "phase_entered";
  } | RunEventEnvelope & {
    readonly payload: {
      readonly duration_ms: number;
    };
    readonly task_id: string;
    readonly phase: Phase;
    readonly kind: "phase_completed";
  } | RunEventEnvelope & {
    readonly payload: {
      /** Counts from 1 over the whole task. */
      readonly turn: number;
      readonly max_turns: number;
      /** `prompt`: the phase's first; `continue`: one more message of ours. */
      readonly call: "prompt" | "continue";
      readonly runner: string;
      readonly model: string;
      readonly message?: string | undefined;
    };
    readonly task_id: string;
    readonly phase: Phase;
    readonly kind: "turn_started";
  } | RunEventEnvelope & {
    readonly payload: {
      readonly type: "session";
      readonly id: string;
    } | {
      readonly type: "text";
      readonly text: string;
    } | {
      readonly type: "reasoning";
      readonly text: string;
    } | {
      readonly type: "tool_call";
      readonly name: string;
      readonly summary: string;
      readonly status?: string | undefined;
    } | {
      readonly type: "tool_result";
      readonly name: string;
      readonly status: string;
    } | {
      readonly type: "command";
      readonly command: string;
      readonly status?: string | undefined;
    } | {
      readonly type: "usage";
      /** All input of the model, what came from its cache included. */
      readonly input_tokens: number;
      readonly output_tokens: number;
      /** The part of `input_tokens` that came from the cache. */
      readonly cache_read_tokens?: number | undefined;
      readonly cost?: number | undefined;
      /** True: running totals of the agent session. Left out or false: to be added to what the turn reported before. */
      readonly cumulative?: boolean | undefined;
    } | {
      readonly type: "permission_denied";
      readonly tool: string;
    } | {
      readonly type: "usage_limit";
      readonly resets_at: number | null;
    } | {
      readonly type: "warning";
      readonly text: string;
    } | {
      readonly type: "error";
      readonly text: string;
      /** The HTTP status behind it, where the agent tells it in a field of its own. */
      readonly status?: number | undefined;
      /** What the agent itself says about trying again. */
      readonly retryable?: boolean | undefined;
      /** The agent goes on: not the reason of a failure. */
      readonly transient?: boolean | undefined;
    } | {
      readonly type: "raw";
      readonly text: string;
    } | {
      readonly type: "final";
      readonly text: string;
    } | {
      readonly type: "end";
      readonly ok: boolean;
    };
    readonly task_id: string;
    readonly phase: Phase;
    readonly kind: "agent_event";
  } | RunEventEnvelope & {
    readonly payload: {
      readonly turn: number;
      readonly outcome: string;
      readonly duration_ms: number;
      readonly session_id: string | null;
      readonly usage: UsageTotals | null;
    };
    readonly task_id: string;
    readonly phase: Phase;
    readonly kind: "turn_finished";
  } | RunEventEnvelope & {
    readonly payload: {
      readonly attempt: number;
      readonly max_attempts: number;
      readonly delay_ms: number;
      readonly reason: string;
    };
    readonly task_id: string;
    readonly phase: Phase;
    readonly kind: "retry";
  } | RunEventEnvelope & {
    readonly message: string;
    /** `resets_at` is RFC 3339 UTC, null when the agent names none. */
    readonly payload: {
      readonly runner: string;
      readonly resets_at: string | null;
    };
    readonly task_id: string;
    readonly phase: Phase;
    readonly kind: "usage_limit";
  } | RunEventEnvelope & {
    readonly phase?: Phase | undefined;
    readonly payload: {
      readonly display: string;
      readonly tree: string | null;
    };
    readonly task_id: string;
    readonly kind: "gate_started";
  } | RunEventEnvelope & {
    readonly phase?: Phase | undefined;
    readonly payload: {
      readonly display: string;
      readonly passed: boolean;
      readonly exit_code: number | null;
      readonly pattern: string | null;
      readonly duration_ms: number;
      readonly tree: string | null;
      /** The last lines of what the gate printed, redacted. */
      readonly output_tail: string;
    };
    readonly task_id: string;
    readonly kind: "gate_finished";
  } | RunEventEnvelope & {
    readonly payload: {
      readonly outcome: "done" | "rejected";
      readonly notes: string[];
    };
    readonly task_id: string;
    readonly kind: "outcome_recorded";
  } | RunEventEnvelope & {
    readonly payload: {
      readonly created: {
        readonly task_id: string;
        readonly title: string;
      }[];
    };
    readonly task_id: string;
    readonly kind: "followups_applied";
  } | RunEventEnvelope & {
    readonly payload: {
      readonly outcome: "done" | "rejected";
      readonly evidence: string | null;
    };
    readonly task_id: string;
    readonly kind: "task_archived";
  } | RunEventEnvelope & {
    readonly message: string;
    readonly payload: {
      readonly commit: string;
    };
    readonly task_id: string;
    readonly kind: "commit";
  } | RunEventEnvelope & {
    readonly payload: {
      readonly commit: string;
      /** `same_tree`: the commit is what the gate saw; `gate_again`: the gate ran once more, on the commit. */
      readonly by: "same_tree" | "gate_again";
      readonly proven: boolean;
    };
    readonly task_id: string;
    readonly kind: "proof";
  } | RunEventEnvelope & {
    readonly message: string;
    readonly payload: {
      readonly outcome: "pushed" | "nothing_to_push" | "no_upstream";
    };
    readonly task_id: string;
    readonly kind: "push";
  } | RunEventEnvelope & {
    readonly kind: "processes_ended";
    readonly task_id?: string | undefined;
    readonly message: string;
    readonly payload: {
      readonly ended: number[];
      readonly kept: number[];
    };
  } | RunEventEnvelope & {
    readonly exit_code: number;
    readonly message?: string | undefined;
    readonly payload: {
      readonly outcome: TaskOutcome;
      readonly commit?: string | undefined;
      readonly duration_ms: number;
      readonly usage: UsageTotals | null;
      readonly blocking?: BlockingState | undefined;
    };
    readonly task_id: string;
    readonly kind: "task_finished";
  } | RunEventEnvelope & {
    readonly payload: {
      readonly active_count: number;
      readonly done_count: number;
      readonly next_runnable_task_id: string | null;
    };
    readonly task_id: string;
    readonly kind: "queue_snapshot";
  } | RunEventEnvelope & {
    readonly kind: "blocked_state_changed";
    readonly task_id?: string | undefined;
    readonly message: string;
    readonly exit_code?: number | undefined;
    readonly payload: BlockingState;
  } | RunEventEnvelope & {
    readonly kind: "blocked_state_cleared";
    readonly message: string;
  } | RunEventEnvelope & {
    readonly message: string;
    readonly payload: {
      readonly state: "blocked" | "rejected" | "failed" | "starting" | "working" | "integrating" | "landing" | "waiting_checkout" | "landed" | "held";
      readonly branch: string | null;
      /** Absolute path of the worktree. */
      readonly path: string | null;
      /** What landed. */
      readonly commit?: string | undefined;
    };
    readonly task_id: string;
    readonly kind: "worker_state";
  } | RunEventEnvelope & {
    readonly kind: "wrote_outside";
    readonly message: string;
    readonly payload: {
      readonly task_ids: string[];
      readonly paths: string[];
      readonly head_moved: boolean;
    };
  } | RunEventEnvelope & {
    readonly kind: "scope_overlap";
    readonly message: string;
    readonly payload: {
      readonly tasks: string[];
      readonly paths: string[];
      readonly declared: boolean;
    };
  } | RunEventEnvelope & {
    readonly kind: "message";
    readonly task_id?: string | undefined;
    readonly phase?: Phase | undefined;
    readonly message: string;
  } | RunEventEnvelope & {
    readonly kind: "warning";
    readonly task_id?: string | undefined;
    readonly phase?: Phase | undefined;
    readonly message: string;
    /** Only on the one that ends a failed run. */
    readonly exit_code?: number | undefined;
  } | RunEventEnvelope & {
    readonly kind: "run_finished";
    readonly exit_code: number;
    readonly payload: {
      readonly outcome: "blocked" | "stalled" | "failed" | "completed" | "no_candidates" | "stopped" | "ran";
      readonly attempted: number;
      readonly succeeded: number;
      readonly failed: number;
      readonly duration_ms: number;
    };
  };

  export type TaskOutcome = "stalled" | "done" | "rejected" | "failed" | "cancelled";

  /** Tokens and, where the agent reports one, the cost in its currency (USD). */
  export type UsageTotals = {
    readonly input_tokens: number;
    readonly output_tokens: number;
    readonly cache_read_tokens: number;
    readonly cost: number | null;
  };

  /** How a hook wants a task, or one phase of it, to be worked: below the command line, above the task's own settings. */
  export type HookSettings = {
    readonly runner?: string | undefined;
    readonly model?: string | undefined;
    readonly phases?: 1 | 3 | 2 | undefined;
    readonly effort?: string | undefined;
  };

  /** One thing an agent said or did, in the one form all runners are read into. */
  export type RunnerEvent = {
    readonly type: "session";
    readonly id: string;
  } | {
    readonly type: "text";
    readonly text: string;
  } | {
    readonly type: "reasoning";
    readonly text: string;
  } | {
    readonly type: "tool_call";
    readonly name: string;
    readonly summary: string;
    readonly status?: string | undefined;
  } | {
    readonly type: "tool_result";
    readonly name: string;
    readonly status: string;
  } | {
    readonly type: "command";
    readonly command: string;
    readonly status?: string | undefined;
  } | {
    readonly type: "usage";
    /** All input of the model, what came from its cache included. */
    readonly input_tokens: number;
    readonly output_tokens: number;
    /** The part of `input_tokens` that came from the cache. */
    readonly cache_read_tokens?: number | undefined;
    readonly cost?: number | undefined;
    /** True: running totals of the agent session. Left out or false: to be added to what the turn reported before. */
    readonly cumulative?: boolean | undefined;
  } | {
    readonly type: "permission_denied";
    readonly tool: string;
  } | {
    readonly type: "usage_limit";
    readonly resets_at: number | null;
  } | {
    readonly type: "warning";
    readonly text: string;
  } | {
    readonly type: "error";
    readonly text: string;
    /** The HTTP status behind it, where the agent tells it in a field of its own. */
    readonly status?: number | undefined;
    /** What the agent itself says about trying again. */
    readonly retryable?: boolean | undefined;
    /** The agent goes on: not the reason of a failure. */
    readonly transient?: boolean | undefined;
  } | {
    readonly type: "raw";
    readonly text: string;
  } | {
    readonly type: "final";
    readonly text: string;
  } | {
    readonly type: "end";
    readonly ok: boolean;
  };

  /** An agent that is a library or a service. */
  export interface FunctionRunner {
    /** Yields what the agent says and does; an error is a failed turn. */
    run(request: RunnerRequest): AsyncIterable<RunnerEvent, any, any>;
    readonly program?: undefined | undefined;
    readonly command?: undefined | undefined;
    readonly resume?: undefined | undefined;
    readonly parse?: undefined | undefined;
    readonly createParser?: undefined | undefined;
    /** What messages call it; left out: its id. */
    readonly displayName?: string | undefined;
    /** Models it knows, for checks and completion; left out: any. */
    readonly models?: readonly string[] | undefined;
    /** The model where nobody names one; null: one must be named. Left out: the first of `models`, else `default`. */
    readonly defaultModel?: string | null | undefined;
    /** Efforts it knows; empty: it takes none. Left out: any. */
    readonly efforts?: readonly string[] | undefined;
    /** What it makes of `request.options`; for all else a person is told that it has no effect. Left out: nothing. */
    readonly supportedOptions?: SupportedOptions | undefined;
    /** The form of the ids that a session can be continued by; left out: any without blanks. */
    readonly sessionIdPattern?: RegExp | undefined;
    /** True: a continued session keeps its id, so that another one means that it was lost. */
    readonly keepsSessionId?: boolean | undefined;
    /** True: a turn that is over says so by an `end` event; without one it is incomplete, at exit code 0 too. */
    readonly reportsEnd?: boolean | undefined;
    /** An id of our own for a new session, which then need not tell its id; left out: the agent makes it. */
    newSessionId?(): string;
    /** Whether a turn that was to go on with a session failed because the agent does not know it: a new one is begun then. */
    isUnknownSession?(failure: RunnerFailure): boolean;
    /** What may be done about a failed turn; left out: the shared rules. */
    classify?(failure: RunnerFailure): FailureClass;
  }

  /** What the reading of one turn's output begins with. */
  export interface ParserContext {
    readonly request: RunnerRequest;
    /** The present in Unix seconds. */
    now(): number;
  }

  /** An agent that is a program. */
  export interface ProgramRunner {
    /** What `command` starts, a name on PATH or a path: looked for before a task is begun. Left out: only the call tells. */
    readonly program?: string | undefined;
    command(request: RunnerRequest): RunnerProgram;
    /** Left out: sessions are not continued, each phase begins with its full prompt. */
    resume?(request: ResumeRequest): RunnerProgram;
    /** Events of one line of standard output; left out: the line is what the agent says. */
    parse?(line: string): readonly RunnerEvent[];
    /** Instead of `parse`, where lines do not stand alone: called once a turn, before the program starts. */
    createParser?(context: ParserContext): StreamParser;
    readonly run?: undefined | undefined;
    /** What messages call it; left out: its id. */
    readonly displayName?: string | undefined;
    /** Models it knows, for checks and completion; left out: any. */
    readonly models?: readonly string[] | undefined;
    /** The model where nobody names one; null: one must be named. Left out: the first of `models`, else `default`. */
    readonly defaultModel?: string | null | undefined;
    /** Efforts it knows; empty: it takes none. Left out: any. */
    readonly efforts?: readonly string[] | undefined;
    /** What it makes of `request.options`; for all else a person is told that it has no effect. Left out: nothing. */
    readonly supportedOptions?: SupportedOptions | undefined;
    /** The form of the ids that a session can be continued by; left out: any without blanks. */
    readonly sessionIdPattern?: RegExp | undefined;
    /** True: a continued session keeps its id, so that another one means that it was lost. */
    readonly keepsSessionId?: boolean | undefined;
    /** True: a turn that is over says so by an `end` event; without one it is incomplete, at exit code 0 too. */
    readonly reportsEnd?: boolean | undefined;
    /** An id of our own for a new session, which then need not tell its id; left out: the agent makes it. */
    newSessionId?(): string;
    /** Whether a turn that was to go on with a session failed because the agent does not know it: a new one is begun then. */
    isUnknownSession?(failure: RunnerFailure): boolean;
    /** What may be done about a failed turn; left out: the shared rules. */
    classify?(failure: RunnerFailure): FailureClass;
  }

  /** A request that goes on with an agent session. */
  export type ResumeRequest = RunnerRequest & {
    readonly sessionId: string;
  };

  /** How an agent is called and how its output is read: what `defineRunner` takes, and what the runners of CueLoop's own are. */
  export type Runner = FunctionRunner | ProgramRunner;

  /** How a turn failed. */
  export interface RunnerFailure {
    /** Null: no program was started, or a signal ended it. */
    readonly exitCode: number | null;
    /** The end of standard error; of a runner that is a function, the texts of its errors. */
    readonly stderr: string;
    /** What was written besides the agent's work: the last `raw` events, the texts of `error` events, and standard error. */
    readonly output: string;
  }

  /** How a program is started. */
  export interface RunnerProgram {
    /** Program and arguments; no shell. */
    readonly argv: readonly [string, ...string[]];
    /** Written whole, then closed. */
    readonly stdin?: string | undefined;
    /** Added to the environment. */
    readonly env?: Readonly<Record<string, string>> | undefined;
  }

  /** One turn that an agent is asked for. */
  export interface RunnerRequest {
    /** What the agent is told. */
    readonly prompt: string;
    readonly model: string;
    /** Null: the agent's own default. */
    readonly effort: "high" | "medium" | "low" | "xhigh" | null;
    /** The normalised options, all set. */
    readonly options: RunnerOptions;
    /** The agent session to go on with; null: a new one. */
    readonly sessionId: string | null;
    /** The id that a new agent session shall have, where the runner has `newSessionId`; null when a session goes on. */
    readonly newSessionId: string | null;
    /** The work tree. */
    readonly cwd: string;
    /** Null where no task is worked. */
    readonly taskId: string | null;
    /** Aborted when the turn is to end. */
    readonly signal: AbortSignal;
  }

  /** Reads the standard output of one turn; keeps state over its lines. */
  export interface StreamParser {
    /** Events of one line, without its line end. */
    line(text: string): readonly RunnerEvent[];
    /** Events that were held back when the output ended; left out: the last `text` is the answer where no event was `final`. */
    end?(): readonly RunnerEvent[];
  }

  /** Values of the normalised options that an agent can be told. What asks nothing of it (`default`, `normal`, `quiet`, `yolo`) need not be listed. */
  export interface SupportedOptions {
    readonly verbosity?: readonly ("quiet" | "normal" | "verbose")[] | undefined;
    readonly approval_mode?: readonly ("default" | "auto_edits" | "yolo" | "safe")[] | undefined;
    readonly sandbox?: readonly ("default" | "enabled" | "disabled")[] | undefined;
    readonly plan_mode?: readonly ("default" | "enabled" | "disabled")[] | undefined;
  }

  /** How hard the agent is to think. */
  export type Effort = "high" | "medium" | "low" | "xhigh";

  /** Normalised options of a runner, all set. Flags of the same names, with `-`, take the same values. */
  export type RunnerOptions = {
    readonly output_format: "stream_json" | "json" | "text";
    readonly verbosity: "quiet" | "normal" | "verbose";
    readonly approval_mode: "default" | "auto_edits" | "yolo" | "safe";
    readonly sandbox: "default" | "enabled" | "disabled";
    readonly plan_mode: "default" | "enabled" | "disabled";
    /** What to do about an option the runner cannot express. */
    readonly unsupported_option_policy: "ignore" | "warn" | "error";
  };

  /** What may be done about a failed turn: try again, ask a person, give up. */
  export type FailureClass = "retryable" | "needs_user" | "permanent";

  /** A command whatever its schemas are. */
  export interface AnyCommand {
    readonly description: string;
    readonly args?: CommandSchema | undefined;
    readonly flags?: CommandSchema | undefined;
    run(input: CommandInput<never, never>): unknown;
  }

  /** A command of the repository's own, called as `cueloop <name>`. */
  export interface Command<Args extends CommandSchema | undefined = undefined, Flags extends CommandSchema | undefined = undefined> {
    /** One line for `cueloop --help`. */
    readonly description: string;
    readonly args?: Args;
    readonly flags?: Flags;
    /** A number is the exit code. */
    run(input: CommandInput<Values<Args>, Values<Flags>>): unknown;
  }

  /** What a command works with. */
  export interface CommandInput<Args = unknown, Flags = unknown> {
    readonly args: Args;
    readonly flags: Flags;
    readonly queue: Queue;
    readonly repo: RepoView;
    readonly config: Immutable<ResolvedConfig>;
    /** Writes text, or JSON with `--format json`. */
    print(value: unknown): Promise<void>;
    /** To stderr. */
    readonly log: Log;
    /** Aborted when the command is to end. */
    readonly signal: AbortSignal;
  }

  /** A schema of arguments or flags: `v.object({ … })` of strings, numbers, booleans, picklists and arrays of them. */
  export type CommandSchema = v.ObjectSchema<v.ObjectEntries, undefined> | v.StrictObjectSchema<v.ObjectEntries, undefined>;

  /** What `cueloop.config.ts` exports: the settings of `.cueloop/config.jsonc`, keys that no file has, and functions. */
  export interface Config {
    readonly queue?: {
      readonly size_warning_threshold_kb?: number | null | undefined;
      readonly task_count_warning_threshold?: number | null | undefined;
      readonly max_dependency_depth?: number | null | undefined;
      readonly auto_archive_terminal_after_days?: number | null | undefined;
      readonly aging_thresholds?: {
        readonly warning_days?: number | null | undefined;
        readonly stale_days?: number | null | undefined;
        readonly rotten_days?: number | null | undefined;
      } | undefined;
    } | undefined;
    /** One object, or several from packages of the repository's own. */
    readonly hooks?: Hooks | readonly Hooks[] | undefined;
    /** Agents, by the name that `runner` gives. */
    readonly runners?: Readonly<Record<string, Runner>> | undefined;
    /** Commands, by the word typed. */
    readonly commands?: Readonly<Record<string, AnyCommand>> | undefined;
    /** Prompts, by the name of their template. */
    readonly prompts?: {
      readonly worker?: PromptFunction | undefined;
      readonly worker_phase1?: PromptFunction | undefined;
      readonly worker_phase2?: PromptFunction | undefined;
      readonly worker_phase2_handoff?: PromptFunction | undefined;
      readonly worker_phase3?: PromptFunction | undefined;
      readonly worker_single_phase?: PromptFunction | undefined;
      readonly code_review?: PromptFunction | undefined;
      readonly merge_conflicts?: PromptFunction | undefined;
      readonly completion_checklist?: PromptFunction | undefined;
      readonly phase2_handoff_checklist?: PromptFunction | undefined;
      readonly iteration_checklist?: PromptFunction | undefined;
    } | undefined;
    /** Further rows of the table by which a failing gate's output is recognised, tried before it. */
    readonly ci_patterns?: readonly CiPattern[] | null | undefined;
    readonly plugins?: {
      readonly plugins?: Readonly<Record<string, {
        readonly enabled?: boolean | null | undefined;
        readonly config?: unknown | undefined;
      } | undefined>> | undefined;
    } | undefined;
    readonly agent?: {
      readonly runner?: string | null | undefined;
      readonly cursor?: {
        readonly model_params?: Readonly<Record<string, string | boolean | null | undefined>> | undefined;
        readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
      } | undefined;
      readonly model?: string | null | undefined;
      readonly phases?: number | null | undefined;
      readonly iterations?: number | null | undefined;
      readonly followup_reasoning_effort?: Effort | undefined;
      readonly runner_cli?: {
        readonly defaults?: {
          readonly output_format?: "stream_json" | "json" | "text" | null | undefined;
          readonly verbosity?: "quiet" | "normal" | "verbose" | null | undefined;
          readonly approval_mode?: "default" | "auto_edits" | "yolo" | "safe" | null | undefined;
          readonly sandbox?: "default" | "enabled" | "disabled" | null | undefined;
          readonly plan_mode?: "default" | "enabled" | "disabled" | null | undefined;
          readonly unsupported_option_policy?: "ignore" | "warn" | "error" | null | undefined;
        } | undefined;
        readonly runners?: Readonly<Record<string, {
          readonly output_format?: "stream_json" | "json" | "text" | null | undefined;
          readonly verbosity?: "quiet" | "normal" | "verbose" | null | undefined;
          readonly approval_mode?: "default" | "auto_edits" | "yolo" | "safe" | null | undefined;
          readonly sandbox?: "default" | "enabled" | "disabled" | null | undefined;
          readonly plan_mode?: "default" | "enabled" | "disabled" | null | undefined;
          readonly unsupported_option_policy?: "ignore" | "warn" | "error" | null | undefined;
        } | undefined>> | undefined;
      } | undefined;
      readonly phase_overrides?: {
        readonly phase1?: {
          readonly runner?: string | null | undefined;
          readonly cursor?: {
            readonly model_params?: Readonly<Record<string, string | boolean | null | undefined>> | undefined;
            readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
          } | undefined;
          readonly model?: string | null | undefined;
          readonly reasoning_effort?: Effort | undefined;
        } | undefined;
        readonly phase2?: {
          readonly runner?: string | null | undefined;
          readonly cursor?: {
            readonly model_params?: Readonly<Record<string, string | boolean | null | undefined>> | undefined;
            readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
          } | undefined;
          readonly model?: string | null | undefined;
          readonly reasoning_effort?: Effort | undefined;
        } | undefined;
        readonly phase3?: {
          readonly runner?: string | null | undefined;
          readonly cursor?: {
            readonly model_params?: Readonly<Record<string, string | boolean | null | undefined>> | undefined;
            readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
          } | undefined;
          readonly model?: string | null | undefined;
          readonly reasoning_effort?: Effort | undefined;
        } | undefined;
      } | undefined;
      readonly reasoning_effort?: Effort | undefined;
      readonly session_timeout_hours?: number | null | undefined;
      readonly codex_bin?: string | null | undefined;
      readonly opencode_bin?: string | null | undefined;
      readonly gemini_bin?: string | null | undefined;
      readonly claude_bin?: string | null | undefined;
      readonly cursor_sdk_node_bin?: string | null | undefined;
      readonly cursor_bin?: string | null | undefined;
      readonly kimi_bin?: string | null | undefined;
      readonly pi_bin?: string | null | undefined;
      readonly claude_permission_mode?: "accept_edits" | "bypass_permissions" | null | undefined;
      readonly instruction_files?: readonly string[] | undefined;
      readonly repoprompt_plan_required?: boolean | null | undefined;
      readonly repoprompt_tool_injection?: boolean | null | undefined;
      readonly ci_gate?: {
        readonly enabled?: boolean | null | undefined;
        readonly argv?: readonly string[] | undefined;
      } | undefined;
      readonly git_revert_mode?: "enabled" | "disabled" | "ask" | null | undefined;
      readonly git_publish_mode?: "commit" | "off" | "commit_and_push" | null | undefined;
      readonly notification?: {
        readonly enabled?: boolean | null | undefined;
        readonly notify_on_complete?: boolean | null | undefined;
        readonly notify_on_fail?: boolean | null | undefined;
        readonly notify_on_loop_complete?: boolean | null | undefined;
        readonly notify_on_watch_new_tasks?: boolean | null | undefined;
        readonly suppress_when_active?: boolean | null | undefined;
        readonly sound_enabled?: boolean | null | undefined;
        readonly sound_path?: string | null | undefined;
        readonly timeout_ms?: number | null | undefined;
        readonly terminal_bell?: boolean | null | undefined;
      } | undefined;
      readonly webhook?: {
        readonly enabled?: boolean | null | undefined;
        readonly events?: readonly ("phase_completed" | "task_created" | "task_started" | "task_completed" | "task_failed" | "task_status_changed" | "loop_started" | "loop_stopped" | "phase_started" | "queue_unblocked" | "*")[] | undefined;
        readonly timeout_secs?: number | null | undefined;
        readonly retry_count?: number | null | undefined;
        readonly retry_backoff_ms?: number | null | undefined;
        readonly queue_capacity?: number | null | undefined;
        readonly parallel_queue_multiplier?: number | null | undefined;
        readonly queue_policy?: "drop_oldest" | "drop_new" | "block_with_timeout" | null | undefined;
        readonly url?: string | null | undefined;
        readonly allow_insecure_http?: boolean | null | undefined;
        readonly allow_private_targets?: boolean | null | undefined;
        readonly secret?: string | null | undefined;
      } | undefined;
      readonly scan_prompt_version?: "v1" | "v2" | null | undefined;
      readonly runner_retry?: {
        readonly max_attempts?: number | null | undefined;
        readonly base_backoff_ms?: number | null | undefined;
        readonly multiplier?: number | null | undefined;
        readonly max_backoff_ms?: number | null | undefined;
        readonly jitter_ratio?: number | null | undefined;
      } | undefined;
      readonly turn_timeout_minutes?: number | null | undefined;
      readonly idle_timeout_minutes?: number | null | undefined;
      readonly acp?: {
        readonly command?: readonly string[] | undefined;
        readonly agents?: Readonly<Record<string, readonly string[] | undefined>> | undefined;
      } | undefined;
    } | undefined;
    readonly parallel?: {
      readonly max_push_attempts?: number | null | undefined;
      readonly workspace_retention_hours?: number | null | undefined;
      readonly workers?: number | null | undefined;
      readonly workspace_root?: string | null | undefined;
      readonly push_backoff_ms?: readonly number[] | undefined;
      readonly ignored_file_allowlist?: readonly string[] | undefined;
      readonly setup?: readonly string[] | undefined;
      readonly scope_aware?: boolean | null | undefined;
    } | undefined;
    readonly project_type?: "code" | "docs" | null | undefined;
    readonly loop?: {
      readonly empty_poll_ms?: number | null | undefined;
      readonly wait_poll_ms?: number | null | undefined;
      readonly wait_timeout_seconds?: number | null | undefined;
      readonly wait_when_empty?: boolean | null | undefined;
      readonly wait_when_blocked?: boolean | null | undefined;
      readonly notify_when_unblocked?: boolean | null | undefined;
    } | undefined;
    readonly profiles?: Readonly<Record<string, {
      readonly runner?: string | null | undefined;
      readonly cursor?: {
        readonly model_params?: Readonly<Record<string, string | boolean | null | undefined>> | undefined;
        readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
      } | undefined;
      readonly model?: string | null | undefined;
      readonly phases?: number | null | undefined;
      readonly iterations?: number | null | undefined;
      readonly followup_reasoning_effort?: Effort | undefined;
      readonly runner_cli?: {
        readonly defaults?: {
          readonly output_format?: "stream_json" | "json" | "text" | null | undefined;
          readonly verbosity?: "quiet" | "normal" | "verbose" | null | undefined;
          readonly approval_mode?: "default" | "auto_edits" | "yolo" | "safe" | null | undefined;
          readonly sandbox?: "default" | "enabled" | "disabled" | null | undefined;
          readonly plan_mode?: "default" | "enabled" | "disabled" | null | undefined;
          readonly unsupported_option_policy?: "ignore" | "warn" | "error" | null | undefined;
        } | undefined;
        readonly runners?: Readonly<Record<string, {
          readonly output_format?: "stream_json" | "json" | "text" | null | undefined;
          readonly verbosity?: "quiet" | "normal" | "verbose" | null | undefined;
          readonly approval_mode?: "default" | "auto_edits" | "yolo" | "safe" | null | undefined;
          readonly sandbox?: "default" | "enabled" | "disabled" | null | undefined;
          readonly plan_mode?: "default" | "enabled" | "disabled" | null | undefined;
          readonly unsupported_option_policy?: "ignore" | "warn" | "error" | null | undefined;
        } | undefined>> | undefined;
      } | undefined;
      readonly phase_overrides?: {
        readonly phase1?: {
          readonly runner?: string | null | undefined;
          readonly cursor?: {
            readonly model_params?: Readonly<Record<string, string | boolean | null | undefined>> | undefined;
            readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
          } | undefined;
          readonly model?: string | null | undefined;
          readonly reasoning_effort?: Effort | undefined;
        } | undefined;
        readonly phase2?: {
          readonly runner?: string | null | undefined;
          readonly cursor?: {
            readonly model_params?: Readonly<Record<string, string | boolean | null | undefined>> | undefined;
            readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
          } | undefined;
          readonly model?: string | null | undefined;
          readonly reasoning_effort?: Effort | undefined;
        } | undefined;
        readonly phase3?: {
          readonly runner?: string | null | undefined;
          readonly cursor?: {
            readonly model_params?: Readonly<Record<string, string | boolean | null | undefined>> | undefined;
            readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
          } | undefined;
          readonly model?: string | null | undefined;
          readonly reasoning_effort?: Effort | undefined;
        } | undefined;
      } | undefined;
      readonly reasoning_effort?: Effort | undefined;
      readonly session_timeout_hours?: number | null | undefined;
      readonly codex_bin?: string | null | undefined;
      readonly opencode_bin?: string | null | undefined;
      readonly gemini_bin?: string | null | undefined;
      readonly claude_bin?: string | null | undefined;
      readonly cursor_sdk_node_bin?: string | null | undefined;
      readonly cursor_bin?: string | null | undefined;
      readonly kimi_bin?: string | null | undefined;
      readonly pi_bin?: string | null | undefined;
      readonly claude_permission_mode?: "accept_edits" | "bypass_permissions" | null | undefined;
      readonly instruction_files?: readonly string[] | undefined;
      readonly repoprompt_plan_required?: boolean | null | undefined;
      readonly repoprompt_tool_injection?: boolean | null | undefined;
      readonly ci_gate?: {
        readonly enabled?: boolean | null | undefined;
        readonly argv?: readonly string[] | undefined;
      } | undefined;
      readonly git_revert_mode?: "enabled" | "disabled" | "ask" | null | undefined;
      readonly git_publish_mode?: "commit" | "off" | "commit_and_push" | null | undefined;
      readonly notification?: {
        readonly enabled?: boolean | null | undefined;
        readonly notify_on_complete?: boolean | null | undefined;
        readonly notify_on_fail?: boolean | null | undefined;
        readonly notify_on_loop_complete?: boolean | null | undefined;
        readonly notify_on_watch_new_tasks?: boolean | null | undefined;
        readonly suppress_when_active?: boolean | null | undefined;
        readonly sound_enabled?: boolean | null | undefined;
        readonly sound_path?: string | null | undefined;
        readonly timeout_ms?: number | null | undefined;
      } | undefined;
      readonly webhook?: {
        readonly enabled?: boolean | null | undefined;
        readonly events?: readonly ("phase_completed" | "task_created" | "task_started" | "task_completed" | "task_failed" | "task_status_changed" | "loop_started" | "loop_stopped" | "phase_started" | "queue_unblocked" | "*")[] | undefined;
        readonly timeout_secs?: number | null | undefined;
        readonly retry_count?: number | null | undefined;
        readonly retry_backoff_ms?: number | null | undefined;
        readonly queue_capacity?: number | null | undefined;
        readonly parallel_queue_multiplier?: number | null | undefined;
        readonly queue_policy?: "drop_oldest" | "drop_new" | "block_with_timeout" | null | undefined;
        readonly url?: string | null | undefined;
        readonly allow_insecure_http?: boolean | null | undefined;
        readonly allow_private_targets?: boolean | null | undefined;
        readonly secret?: string | null | undefined;
      } | undefined;
      readonly scan_prompt_version?: "v1" | "v2" | null | undefined;
      readonly runner_retry?: {
        readonly max_attempts?: number | null | undefined;
        readonly base_backoff_ms?: number | null | undefined;
        readonly multiplier?: number | null | undefined;
        readonly max_backoff_ms?: number | null | undefined;
        readonly jitter_ratio?: number | null | undefined;
      } | undefined;
    } | undefined>> | undefined;
  }

  /** What a configuration that is a function is called with. */
  export type ConfigContext = {
    readonly repoRoot: string;
    /** Absolute path of `cueloop.config.ts`. */
    readonly configFile: string;
    /** Words of the command, `["run", "loop"]`. */
    readonly command: readonly string[];
    /** The configuration of the files below this one. */
    readonly config: {
      readonly version: 2;
      readonly project_type: "code" | "docs";
      readonly queue: {
        readonly id_width: number;
        readonly size_warning_threshold_kb: number;
        readonly task_count_warning_threshold: number;
        readonly max_dependency_depth: number;
        readonly file: string;
        readonly done_file: string;
        readonly id_prefix: string;
        readonly auto_archive_terminal_after_days: number | null;
        readonly aging_thresholds: {
          readonly warning_days: number | null;
          readonly stale_days: number | null;
          readonly rotten_days: number | null;
        };
      };
      readonly agent: {
        readonly runner: string;
        readonly model: string;
        readonly phases: number;
        readonly iterations: number;
        readonly reasoning_effort: Effort;
        readonly session_timeout_hours: number;
        readonly codex_bin: string;
        readonly opencode_bin: string;
        readonly gemini_bin: string;
        readonly claude_bin: string;
        readonly cursor_sdk_node_bin: string;
        readonly kimi_bin: string;
        readonly pi_bin: string;
        readonly claude_permission_mode: "accept_edits" | "bypass_permissions";
        readonly repoprompt_plan_required: boolean;
        readonly repoprompt_tool_injection: boolean;
        readonly git_revert_mode: "enabled" | "disabled" | "ask";
        readonly git_publish_mode: "commit" | "off" | "commit_and_push";
        readonly scan_prompt_version: "v1" | "v2";
        readonly cursor: {
          readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
          readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
        } | null;
        readonly followup_reasoning_effort: "high" | "medium" | "low" | "xhigh" | null;
        readonly instruction_files: readonly string[] | null;
        /** Limit of one turn of an agent; 0: none. */
        readonly turn_timeout_minutes: number;
        /** Limit of a turn without output; 0: none. */
        readonly idle_timeout_minutes: number;
        /** Agents that speak the Agent Client Protocol: program and arguments of the runner `acp`, and of `acp:<name>` by name. */
        readonly acp: {
          readonly command: readonly string[] | null;
          readonly agents: Readonly<Record<string, readonly string[]>>;
        };
        readonly runner_cli: {
          readonly defaults: {
            readonly output_format: "stream_json" | "json" | "text";
            readonly verbosity: "quiet" | "normal" | "verbose";
            readonly approval_mode: "default" | "auto_edits" | "yolo" | "safe";
            readonly sandbox: "default" | "enabled" | "disabled";
            readonly plan_mode: "default" | "enabled" | "disabled";
            readonly unsupported_option_policy: "ignore" | "warn" | "error";
          };
          /** By runner id. */
          readonly runners: Readonly<Record<string, {
            readonly output_format: "stream_json" | "json" | "text" | null;
            readonly verbosity: "quiet" | "normal" | "verbose" | null;
            readonly approval_mode: "default" | "auto_edits" | "yolo" | "safe" | null;
            readonly sandbox: "default" | "enabled" | "disabled" | null;
            readonly plan_mode: "default" | "enabled" | "disabled" | null;
            readonly unsupported_option_policy: "ignore" | "warn" | "error" | null;
          }>>;
        };
        readonly phase_overrides: {
          readonly phase1: {
            readonly runner?: string | undefined;
            readonly cursor?: {
              readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
              readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
            } | undefined;
            readonly model?: string | undefined;
            readonly reasoning_effort?: Effort | undefined;
          };
          readonly phase2: {
            readonly runner?: string | undefined;
            readonly cursor?: {
              readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
              readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
            } | undefined;
            readonly model?: string | undefined;
            readonly reasoning_effort?: Effort | undefined;
          };
          readonly phase3: {
            readonly runner?: string | undefined;
            readonly cursor?: {
              readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
              readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
            } | undefined;
            readonly model?: string | undefined;
            readonly reasoning_effort?: Effort | undefined;
          };
        };
        readonly ci_gate: {
          readonly enabled: boolean;
          readonly argv: readonly string[];
        };
        readonly notification: {
          readonly enabled: boolean;
          readonly notify_on_complete: boolean;
          readonly notify_on_fail: boolean;
          readonly notify_on_loop_complete: boolean;
          readonly notify_on_watch_new_tasks: boolean;
          readonly suppress_when_active: boolean;
          readonly sound_enabled: boolean;
          readonly timeout_ms: number;
          readonly sound_path: string | null;
          /** No configuration file has it: ring the terminal's bell where a notification would be shown. */
          readonly terminal_bell: boolean;
        };
        readonly webhook: {
          readonly enabled: boolean | null;
          readonly events: readonly ("phase_completed" | "task_created" | "task_started" | "task_completed" | "task_failed" | "task_status_changed" | "loop_started" | "loop_stopped" | "phase_started" | "queue_unblocked" | "*")[] | null;
          readonly timeout_secs: number | null;
          readonly retry_count: number | null;
          readonly retry_backoff_ms: number | null;
          readonly queue_capacity: number | null;
          readonly parallel_queue_multiplier: number | null;
          readonly queue_policy: "drop_oldest" | "drop_new" | "block_with_timeout" | null;
          readonly url: string | null;
          readonly allow_insecure_http: boolean | null;
          readonly allow_private_targets: boolean | null;
          readonly secret: string | null;
        };
        readonly runner_retry: {
          readonly max_attempts: number | null;
          readonly base_backoff_ms: number | null;
          readonly multiplier: number | null;
          readonly max_backoff_ms: number | null;
          readonly jitter_ratio: number | null;
        };
      };
      readonly parallel: {
        readonly max_push_attempts: number;
        readonly workspace_retention_hours: number;
        readonly push_backoff_ms: readonly number[];
        readonly workers: number | null;
        readonly workspace_root: string | null;
        readonly ignored_file_allowlist: readonly string[] | null;
        /** Program and arguments run in each new worktree; no shell. */
        readonly setup: readonly string[] | null;
        /** Tasks with overlapping scopes are not started together while others can be. */
        readonly scope_aware: boolean;
      };
      readonly loop: {
        readonly empty_poll_ms: number;
        readonly wait_poll_ms: number;
        readonly wait_timeout_seconds: number;
        readonly wait_when_empty: boolean;
        readonly wait_when_blocked: boolean;
        readonly notify_when_unblocked: boolean;
      };
      readonly plugins: {
        readonly plugins: Readonly<Record<string, {
          readonly enabled: boolean | null;
          readonly config: unknown;
        }>>;
      };
      /** Named patches over `agent`, as far as layers define any; built-in profiles are not among them. */
      readonly profiles?: Readonly<Record<string, {
        readonly runner?: string | undefined;
        readonly cursor?: {
          readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
          readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
        } | undefined;
        readonly model?: string | undefined;
        readonly phases?: number | undefined;
        readonly iterations?: number | undefined;
        readonly followup_reasoning_effort?: Effort | undefined;
        readonly runner_cli?: {
          readonly defaults?: {
            readonly output_format?: "stream_json" | "json" | "text" | undefined;
            readonly verbosity?: "quiet" | "normal" | "verbose" | undefined;
            readonly approval_mode?: "default" | "auto_edits" | "yolo" | "safe" | undefined;
            readonly sandbox?: "default" | "enabled" | "disabled" | undefined;
            readonly plan_mode?: "default" | "enabled" | "disabled" | undefined;
            readonly unsupported_option_policy?: "ignore" | "warn" | "error" | undefined;
          } | undefined;
          readonly runners?: Readonly<Record<string, {
            readonly output_format?: "stream_json" | "json" | "text" | undefined;
            readonly verbosity?: "quiet" | "normal" | "verbose" | undefined;
            readonly approval_mode?: "default" | "auto_edits" | "yolo" | "safe" | undefined;
            readonly sandbox?: "default" | "enabled" | "disabled" | undefined;
            readonly plan_mode?: "default" | "enabled" | "disabled" | undefined;
            readonly unsupported_option_policy?: "ignore" | "warn" | "error" | undefined;
          }>> | undefined;
        } | undefined;
        readonly phase_overrides?: {
          readonly phase1?: {
            readonly runner?: string | undefined;
            readonly cursor?: {
              readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
              readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
            } | undefined;
            readonly model?: string | undefined;
            readonly reasoning_effort?: Effort | undefined;
          } | undefined;
          readonly phase2?: {
            readonly runner?: string | undefined;
            readonly cursor?: {
              readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
              readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
            } | undefined;
            readonly model?: string | undefined;
            readonly reasoning_effort?: Effort | undefined;
          } | undefined;
          readonly phase3?: {
            readonly runner?: string | undefined;
            readonly cursor?: {
              readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
              readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
            } | undefined;
            readonly model?: string | undefined;
            readonly reasoning_effort?: Effort | undefined;
          } | undefined;
        } | undefined;
        readonly reasoning_effort?: Effort | undefined;
        readonly session_timeout_hours?: number | undefined;
        readonly codex_bin?: string | undefined;
        readonly opencode_bin?: string | undefined;
        readonly gemini_bin?: string | undefined;
        readonly claude_bin?: string | undefined;
        readonly cursor_sdk_node_bin?: string | undefined;
        readonly cursor_bin?: string | undefined;
        readonly kimi_bin?: string | undefined;
        readonly pi_bin?: string | undefined;
        readonly claude_permission_mode?: "accept_edits" | "bypass_permissions" | undefined;
        readonly instruction_files?: readonly string[] | undefined;
        readonly repoprompt_plan_required?: boolean | undefined;
        readonly repoprompt_tool_injection?: boolean | undefined;
        readonly ci_gate?: {
          readonly enabled?: boolean | undefined;
          readonly argv?: readonly string[] | undefined;
        } | undefined;
        readonly git_revert_mode?: "enabled" | "disabled" | "ask" | undefined;
        readonly git_publish_mode?: "commit" | "off" | "commit_and_push" | undefined;
        readonly notification?: {
          readonly enabled?: boolean | undefined;
          readonly notify_on_complete?: boolean | undefined;
          readonly notify_on_fail?: boolean | undefined;
          readonly notify_on_loop_complete?: boolean | undefined;
          readonly notify_on_watch_new_tasks?: boolean | undefined;
          readonly suppress_when_active?: boolean | undefined;
          readonly sound_enabled?: boolean | undefined;
          readonly sound_path?: string | undefined;
          readonly timeout_ms?: number | undefined;
        } | undefined;
        readonly webhook?: {
          readonly enabled?: boolean | undefined;
          readonly events?: readonly ("phase_completed" | "task_created" | "task_started" | "task_completed" | "task_failed" | "task_status_changed" | "loop_started" | "loop_stopped" | "phase_started" | "queue_unblocked" | "*")[] | undefined;
          readonly timeout_secs?: number | undefined;
          readonly retry_count?: number | undefined;
          readonly retry_backoff_ms?: number | undefined;
          readonly queue_capacity?: number | undefined;
          readonly parallel_queue_multiplier?: number | undefined;
          readonly queue_policy?: "drop_oldest" | "drop_new" | "block_with_timeout" | undefined;
          readonly url?: string | undefined;
          readonly allow_insecure_http?: boolean | undefined;
          readonly allow_private_targets?: boolean | undefined;
          readonly secret?: string | undefined;
        } | undefined;
        readonly scan_prompt_version?: "v1" | "v2" | undefined;
        readonly runner_retry?: {
          readonly max_attempts?: number | undefined;
          readonly base_backoff_ms?: number | undefined;
          readonly multiplier?: number | undefined;
          readonly max_backoff_ms?: number | undefined;
          readonly jitter_ratio?: number | undefined;
        } | undefined;
      }>> | undefined;
    };
    /** Of the executable. */
    readonly version: string;
  };

  export type ConfigFunction = (context: ConfigContext) => Config | Promise<Config>;

  /** A configuration, a promise of one, or a function that gives either. */
  export type ConfigValue = Config | ConfigFunction | Promise<Config>;

  /** Makes the text of a prompt. `base`: what it would be without. */
  export type PromptFunction = (context: Readonly<Record<string, string>>, base: string) => string;

  /** The work tree a hook is called for, as it is at the call. */
  export interface RepoView {
    /** Absolute. */
    readonly root: string;
    /** Short name; null: no branch is checked out. */
    readonly branch: string | null;
    /** Full id of the commit; null before the first one. */
    readonly head: string | null;
    /** Text of a file, by its path relative to the root; null where there is none. */
    read(path: string): Promise<string | null>;
    exists(path: string): Promise<boolean>;
    /** Tracked and untracked files, the ignored ones left out, relative to the root. `pattern`: a glob. */
    files(pattern?: string): Promise<readonly string[]>;
  }

  /** Bun's shell. What a command prints is in its result, and nowhere else. */
  export type HookShell = (strings: TemplateStringsArray, ...values: readonly ShellValue[]) => ShellCommand;

  /** A line of the shell under way. An exit code other than 0 is an error, unless `nothrow` says otherwise. */
  export interface ShellCommand extends Promise<ShellResult> {
    nothrow(): ShellCommand;
    cwd(directory: string): ShellCommand;
    env(variables: Readonly<Record<string, string | undefined>>): ShellCommand;
    text(): Promise<string>;
    /** Stdout as JSON. */
    json(): Promise<unknown>;
    lines(): AsyncIterable<string, any, any>;
  }

  /** A line of the shell that is over. */
  export interface ShellResult {
    readonly exitCode: number;
    readonly stdout: Uint8Array<ArrayBuffer | SharedArrayBuffer>;
    readonly stderr: Uint8Array<ArrayBuffer | SharedArrayBuffer>;
    /** What was printed on stdout. */
    text(): string;
  }

  /** What may stand in a line of the shell: a text is one word, however it looks; `raw` is read as typed. */
  export type ShellValue = string | number | {
    readonly raw: string;
  } | readonly ShellValue[] | boolean;

  /** What every hook is given. All of it is frozen: what a hook wants changed, it returns. */
  export interface HookContext {
    readonly repo: RepoView;
    readonly queue: Queue;
    /** As resolved when the run began. */
    readonly config: {
      readonly version: 2;
      readonly project_type: "code" | "docs";
      readonly queue: {
        readonly id_width: number;
        readonly size_warning_threshold_kb: number;
        readonly task_count_warning_threshold: number;
        readonly max_dependency_depth: number;
        readonly file: string;
        readonly done_file: string;
        readonly id_prefix: string;
        readonly auto_archive_terminal_after_days: number | null;
        readonly aging_thresholds: {
          readonly warning_days: number | null;
          readonly stale_days: number | null;
          readonly rotten_days: number | null;
        };
      };
      readonly agent: {
        readonly runner: string;
        readonly model: string;
        readonly phases: number;
        readonly iterations: number;
        readonly reasoning_effort: Effort;
        readonly session_timeout_hours: number;
        readonly codex_bin: string;
        readonly opencode_bin: string;
        readonly gemini_bin: string;
        readonly claude_bin: string;
        readonly cursor_sdk_node_bin: string;
        readonly kimi_bin: string;
        readonly pi_bin: string;
        readonly claude_permission_mode: "accept_edits" | "bypass_permissions";
        readonly repoprompt_plan_required: boolean;
        readonly repoprompt_tool_injection: boolean;
        readonly git_revert_mode: "enabled" | "disabled" | "ask";
        readonly git_publish_mode: "commit" | "off" | "commit_and_push";
        readonly scan_prompt_version: "v1" | "v2";
        readonly cursor: {
          readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
          readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
        } | null;
        readonly followup_reasoning_effort: "high" | "medium" | "low" | "xhigh" | null;
        readonly instruction_files: readonly string[] | null;
        /** Limit of one turn of an agent; 0: none. */
        readonly turn_timeout_minutes: number;
        /** Limit of a turn without output; 0: none. */
        readonly idle_timeout_minutes: number;
        /** Agents that speak the Agent Client Protocol: program and arguments of the runner `acp`, and of `acp:<name>` by name. */
        readonly acp: {
          readonly command: readonly string[] | null;
          readonly agents: Readonly<Record<string, readonly string[]>>;
        };
        readonly runner_cli: {
          readonly defaults: {
            readonly output_format: "stream_json" | "json" | "text";
            readonly verbosity: "quiet" | "normal" | "verbose";
            readonly approval_mode: "default" | "auto_edits" | "yolo" | "safe";
            readonly sandbox: "default" | "enabled" | "disabled";
            readonly plan_mode: "default" | "enabled" | "disabled";
            readonly unsupported_option_policy: "ignore" | "warn" | "error";
          };
          /** By runner id. */
          readonly runners: Readonly<Record<string, {
            readonly output_format: "stream_json" | "json" | "text" | null;
            readonly verbosity: "quiet" | "normal" | "verbose" | null;
            readonly approval_mode: "default" | "auto_edits" | "yolo" | "safe" | null;
            readonly sandbox: "default" | "enabled" | "disabled" | null;
            readonly plan_mode: "default" | "enabled" | "disabled" | null;
            readonly unsupported_option_policy: "ignore" | "warn" | "error" | null;
          }>>;
        };
        readonly phase_overrides: {
          readonly phase1: {
            readonly runner?: string | undefined;
            readonly cursor?: {
              readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
              readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
            } | undefined;
            readonly model?: string | undefined;
            readonly reasoning_effort?: Effort | undefined;
          };
          readonly phase2: {
            readonly runner?: string | undefined;
            readonly cursor?: {
              readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
              readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
            } | undefined;
            readonly model?: string | undefined;
            readonly reasoning_effort?: Effort | undefined;
          };
          readonly phase3: {
            readonly runner?: string | undefined;
            readonly cursor?: {
              readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
              readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
            } | undefined;
            readonly model?: string | undefined;
            readonly reasoning_effort?: Effort | undefined;
          };
        };
        readonly ci_gate: {
          readonly enabled: boolean;
          readonly argv: readonly string[];
        };
        readonly notification: {
          readonly enabled: boolean;
          readonly notify_on_complete: boolean;
          readonly notify_on_fail: boolean;
          readonly notify_on_loop_complete: boolean;
          readonly notify_on_watch_new_tasks: boolean;
          readonly suppress_when_active: boolean;
          readonly sound_enabled: boolean;
          readonly timeout_ms: number;
          readonly sound_path: string | null;
          /** No configuration file has it: ring the terminal's bell where a notification would be shown. */
          readonly terminal_bell: boolean;
        };
        readonly webhook: {
          readonly enabled: boolean | null;
          readonly events: readonly ("phase_completed" | "task_created" | "task_started" | "task_completed" | "task_failed" | "task_status_changed" | "loop_started" | "loop_stopped" | "phase_started" | "queue_unblocked" | "*")[] | null;
          readonly timeout_secs: number | null;
          readonly retry_count: number | null;
          readonly retry_backoff_ms: number | null;
          readonly queue_capacity: number | null;
          readonly parallel_queue_multiplier: number | null;
          readonly queue_policy: "drop_oldest" | "drop_new" | "block_with_timeout" | null;
          readonly url: string | null;
          readonly allow_insecure_http: boolean | null;
          readonly allow_private_targets: boolean | null;
          readonly secret: string | null;
        };
        readonly runner_retry: {
          readonly max_attempts: number | null;
          readonly base_backoff_ms: number | null;
          readonly multiplier: number | null;
          readonly max_backoff_ms: number | null;
          readonly jitter_ratio: number | null;
        };
      };
      readonly parallel: {
        readonly max_push_attempts: number;
        readonly workspace_retention_hours: number;
        readonly push_backoff_ms: readonly number[];
        readonly workers: number | null;
        readonly workspace_root: string | null;
        readonly ignored_file_allowlist: readonly string[] | null;
        /** Program and arguments run in each new worktree; no shell. */
        readonly setup: readonly string[] | null;
        /** Tasks with overlapping scopes are not started together while others can be. */
        readonly scope_aware: boolean;
      };
      readonly loop: {
        readonly empty_poll_ms: number;
        readonly wait_poll_ms: number;
        readonly wait_timeout_seconds: number;
        readonly wait_when_empty: boolean;
        readonly wait_when_blocked: boolean;
        readonly notify_when_unblocked: boolean;
      };
      readonly plugins: {
        readonly plugins: Readonly<Record<string, {
          readonly enabled: boolean | null;
          readonly config: unknown;
        }>>;
      };
      /** Named patches over `agent`, as far as layers define any; built-in profiles are not among them. */
      readonly profiles?: Readonly<Record<string, {
        readonly runner?: string | undefined;
        readonly cursor?: {
          readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
          readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
        } | undefined;
        readonly model?: string | undefined;
        readonly phases?: number | undefined;
        readonly iterations?: number | undefined;
        readonly followup_reasoning_effort?: Effort | undefined;
        readonly runner_cli?: {
          readonly defaults?: {
            readonly output_format?: "stream_json" | "json" | "text" | undefined;
            readonly verbosity?: "quiet" | "normal" | "verbose" | undefined;
            readonly approval_mode?: "default" | "auto_edits" | "yolo" | "safe" | undefined;
            readonly sandbox?: "default" | "enabled" | "disabled" | undefined;
            readonly plan_mode?: "default" | "enabled" | "disabled" | undefined;
            readonly unsupported_option_policy?: "ignore" | "warn" | "error" | undefined;
          } | undefined;
          readonly runners?: Readonly<Record<string, {
            readonly output_format?: "stream_json" | "json" | "text" | undefined;
            readonly verbosity?: "quiet" | "normal" | "verbose" | undefined;
            readonly approval_mode?: "default" | "auto_edits" | "yolo" | "safe" | undefined;
            readonly sandbox?: "default" | "enabled" | "disabled" | undefined;
            readonly plan_mode?: "default" | "enabled" | "disabled" | undefined;
            readonly unsupported_option_policy?: "ignore" | "warn" | "error" | undefined;
          }>> | undefined;
        } | undefined;
        readonly phase_overrides?: {
          readonly phase1?: {
            readonly runner?: string | undefined;
            readonly cursor?: {
              readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
              readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
            } | undefined;
            readonly model?: string | undefined;
            readonly reasoning_effort?: Effort | undefined;
          } | undefined;
          readonly phase2?: {
            readonly runner?: string | undefined;
            readonly cursor?: {
              readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
              readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
            } | undefined;
            readonly model?: string | undefined;
            readonly reasoning_effort?: Effort | undefined;
          } | undefined;
          readonly phase3?: {
            readonly runner?: string | undefined;
            readonly cursor?: {
              readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
              readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
            } | undefined;
            readonly model?: string | undefined;
            readonly reasoning_effort?: Effort | undefined;
          } | undefined;
        } | undefined;
        readonly reasoning_effort?: Effort | undefined;
        readonly session_timeout_hours?: number | undefined;
        readonly codex_bin?: string | undefined;
        readonly opencode_bin?: string | undefined;
        readonly gemini_bin?: string | undefined;
        readonly claude_bin?: string | undefined;
        readonly cursor_sdk_node_bin?: string | undefined;
        readonly cursor_bin?: string | undefined;
        readonly kimi_bin?: string | undefined;
        readonly pi_bin?: string | undefined;
        readonly claude_permission_mode?: "accept_edits" | "bypass_permissions" | undefined;
        readonly instruction_files?: readonly string[] | undefined;
        readonly repoprompt_plan_required?: boolean | undefined;
        readonly repoprompt_tool_injection?: boolean | undefined;
        readonly ci_gate?: {
          readonly enabled?: boolean | undefined;
          readonly argv?: readonly string[] | undefined;
        } | undefined;
        readonly git_revert_mode?: "enabled" | "disabled" | "ask" | undefined;
        readonly git_publish_mode?: "commit" | "off" | "commit_and_push" | undefined;
        readonly notification?: {
          readonly enabled?: boolean | undefined;
          readonly notify_on_complete?: boolean | undefined;
          readonly notify_on_fail?: boolean | undefined;
          readonly notify_on_loop_complete?: boolean | undefined;
          readonly notify_on_watch_new_tasks?: boolean | undefined;
          readonly suppress_when_active?: boolean | undefined;
          readonly sound_enabled?: boolean | undefined;
          readonly sound_path?: string | undefined;
          readonly timeout_ms?: number | undefined;
        } | undefined;
        readonly webhook?: {
          readonly enabled?: boolean | undefined;
          readonly events?: readonly ("phase_completed" | "task_created" | "task_started" | "task_completed" | "task_failed" | "task_status_changed" | "loop_started" | "loop_stopped" | "phase_started" | "queue_unblocked" | "*")[] | undefined;
          readonly timeout_secs?: number | undefined;
          readonly retry_count?: number | undefined;
          readonly retry_backoff_ms?: number | undefined;
          readonly queue_capacity?: number | undefined;
          readonly parallel_queue_multiplier?: number | undefined;
          readonly queue_policy?: "drop_oldest" | "drop_new" | "block_with_timeout" | undefined;
          readonly url?: string | undefined;
          readonly allow_insecure_http?: boolean | undefined;
          readonly allow_private_targets?: boolean | undefined;
          readonly secret?: string | undefined;
        } | undefined;
        readonly scan_prompt_version?: "v1" | "v2" | undefined;
        readonly runner_retry?: {
          readonly max_attempts?: number | undefined;
          readonly base_backoff_ms?: number | undefined;
          readonly multiplier?: number | undefined;
          readonly max_backoff_ms?: number | undefined;
          readonly jitter_ratio?: number | undefined;
        } | undefined;
      }>> | undefined;
    };
    /** To stderr, with the hook's name. */
    readonly log: Log;
    /** Aborted when the hook takes too long and when the run is interrupted. */
    readonly signal: AbortSignal;
    /** Bun's shell in the work tree. */
    readonly $: HookShell;
  }

  /** The hooks of a `cueloop.config.ts`. Each may be async, and is awaited. */
  export interface Hooks {
    /** Limit of one call in seconds; 0: none. Default: 60, for `gate` 1800, for `worktreeReady` 600. `onEvent` always has 5. */
    readonly timeout_seconds?: number | undefined;
    /** Once, before the first task. `plan`: the tasks that could be worked, in order. */
    runStart?(input: HookContext & {
      readonly plan: readonly Task[];
    }): unknown;
    /** Where more than one task could be taken; `candidates` in the default order. */
    selectTask?(input: HookContext & {
      readonly candidates: readonly Task[];
    }): string | Promise<string | null | undefined> | null | undefined;
    /** Nothing is written yet. `settings`: what hooks before this one want. */
    beforeTask?(input: TaskHookContext & {
      readonly settings: HookSettings;
    }): {
      readonly skip?: string | undefined;
      readonly settings?: HookSettings | undefined;
    } | Promise<{
      readonly skip?: string | undefined;
      readonly settings?: HookSettings | undefined;
    } | null | undefined> | null | undefined;
    /** Parallel runs: a worktree is there, its worker was not started. */
    worktreeReady?(input: TaskHookContext & {
      readonly branch: string;
      /** Absolute. */
      readonly path: string;
      /**
       * Copies a path of the main checkout, relative to its root, to the same place in the worktree, sharing blocks until one
       * side is written. Errors: `parallel.clone_refused`; `parallel.clone_unsupported` unless `copy` allows a plain copy.
       */
      readonly cloneFromMain: (path: string, options?: {
        readonly copy?: boolean | undefined;
      }) => Promise<void>;
    }): unknown;
    /** The agent of a phase was not started. */
    beforePhase?(input: PhaseHookContext & {
      readonly prompt: string;
      readonly settings: {
        readonly runner: string;
        readonly model: string;
        readonly effort: string | null;
      };
    }): {
      readonly prompt?: string | undefined;
      readonly settings?: {
        readonly runner?: string | undefined;
        readonly model?: string | undefined;
        readonly effort?: string | undefined;
      } | undefined;
    } | Promise<{
      readonly prompt?: string | undefined;
      readonly settings?: {
        readonly runner?: string | undefined;
        readonly model?: string | undefined;
        readonly effort?: string | undefined;
      } | undefined;
    } | null | undefined> | null | undefined;
    /** The agent's turn is over. A message goes to the same session, at most three times a phase. */
    afterPhase?(input: PhaseHookContext & {
      readonly result: PhaseResult;
    }): {
      readonly continueWith?: string | undefined;
    } | Promise<{
      readonly continueWith?: string | undefined;
    } | null | undefined> | null | undefined;
    /** What work must pass, after the command of `ci_gate` if that is enabled. Without a task where the gate is tried out for none. */
    gate?(input: HookContext & {
      readonly task?: Task | undefined;
      readonly changedFiles: readonly string[];
      readonly diff: () => Promise<string>;
    }): {
      readonly ok: true;
      readonly output?: string | undefined;
    } | {
      readonly ok: false;
      readonly output: string;
    } | Promise<{
      readonly ok: true;
      readonly output?: string | undefined;
    } | {
      readonly ok: false;
      readonly output: string;
    }>;
    /** Everything is staged, nothing is committed. */
    beforeCommit?(input: TaskHookContext & {
      readonly message: string;
      readonly files: readonly string[];
    }): {
      readonly message?: string | undefined;
      readonly refuse?: string | undefined;
    } | Promise<{
      readonly message?: string | undefined;
      readonly refuse?: string | undefined;
    } | null | undefined> | null | undefined;
    /** Parallel runs: the branch is rebased and gated, the target did not move yet. */
    beforeIntegrate?(input: TaskHookContext & {
      readonly branch: string;
      readonly target: string;
      /** Oldest first; those the target does not have. */
      readonly commits: readonly {
        readonly commit: string;
        readonly subject: string;
      }[];
    }): {
      readonly refuse?: string | undefined;
    } | Promise<{
      readonly refuse?: string | undefined;
    } | null | undefined> | null | undefined;
    /** Everything about a task is done, or it failed, was rejected or is blocked. */
    afterTask?(input: TaskHookContext & {
      readonly outcome: "blocked" | "stalled" | "done" | "rejected" | "failed" | "cancelled";
      readonly commit?: string | undefined;
      /** Milliseconds. */
      readonly duration: number;
      readonly usage: UsageTotals | null;
    }): unknown;
    /** The run waits, is blocked or stalls. */
    blocked?(input: HookContext & {
      readonly blocking: BlockingState;
    }): unknown;
    /** Last of all. */
    runEnd?(input: HookContext & {
      readonly summary: RunSummary;
    }): unknown;
    /** Everything that happens, in order, one at a time. */
    onEvent?(input: HookContext & {
      readonly event: RunEvent;
    }): unknown;
  }

  export interface PhaseHookContext {
    readonly phase: Phase;
    /** Counts from 1. */
    readonly iteration: number;
    readonly task: Task;
    readonly repo: RepoView;
    readonly queue: Queue;
    /** As resolved when the run began. */
    readonly config: {
      readonly version: 2;
      readonly project_type: "code" | "docs";
      readonly queue: {
        readonly id_width: number;
        readonly size_warning_threshold_kb: number;
        readonly task_count_warning_threshold: number;
        readonly max_dependency_depth: number;
        readonly file: string;
        readonly done_file: string;
        readonly id_prefix: string;
        readonly auto_archive_terminal_after_days: number | null;
        readonly aging_thresholds: {
          readonly warning_days: number | null;
          readonly stale_days: number | null;
          readonly rotten_days: number | null;
        };
      };
      readonly agent: {
        readonly runner: string;
        readonly model: string;
        readonly phases: number;
        readonly iterations: number;
        readonly reasoning_effort: Effort;
        readonly session_timeout_hours: number;
        readonly codex_bin: string;
        readonly opencode_bin: string;
        readonly gemini_bin: string;
        readonly claude_bin: string;
        readonly cursor_sdk_node_bin: string;
        readonly kimi_bin: string;
        readonly pi_bin: string;
        readonly claude_permission_mode: "accept_edits" | "bypass_permissions";
        readonly repoprompt_plan_required: boolean;
        readonly repoprompt_tool_injection: boolean;
        readonly git_revert_mode: "enabled" | "disabled" | "ask";
        readonly git_publish_mode: "commit" | "off" | "commit_and_push";
        readonly scan_prompt_version: "v1" | "v2";
        readonly cursor: {
          readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
          readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
        } | null;
        readonly followup_reasoning_effort: "high" | "medium" | "low" | "xhigh" | null;
        readonly instruction_files: readonly string[] | null;
        /** Limit of one turn of an agent; 0: none. */
        readonly turn_timeout_minutes: number;
        /** Limit of a turn without output; 0: none. */
        readonly idle_timeout_minutes: number;
        /** Agents that speak the Agent Client Protocol: program and arguments of the runner `acp`, and of `acp:<name>` by name. */
        readonly acp: {
          readonly command: readonly string[] | null;
          readonly agents: Readonly<Record<string, readonly string[]>>;
        };
        readonly runner_cli: {
          readonly defaults: {
            readonly output_format: "stream_json" | "json" | "text";
            readonly verbosity: "quiet" | "normal" | "verbose";
            readonly approval_mode: "default" | "auto_edits" | "yolo" | "safe";
            readonly sandbox: "default" | "enabled" | "disabled";
            readonly plan_mode: "default" | "enabled" | "disabled";
            readonly unsupported_option_policy: "ignore" | "warn" | "error";
          };
          /** By runner id. */
          readonly runners: Readonly<Record<string, {
            readonly output_format: "stream_json" | "json" | "text" | null;
            readonly verbosity: "quiet" | "normal" | "verbose" | null;
            readonly approval_mode: "default" | "auto_edits" | "yolo" | "safe" | null;
            readonly sandbox: "default" | "enabled" | "disabled" | null;
            readonly plan_mode: "default" | "enabled" | "disabled" | null;
            readonly unsupported_option_policy: "ignore" | "warn" | "error" | null;
          }>>;
        };
        readonly phase_overrides: {
          readonly phase1: {
            readonly runner?: string | undefined;
            readonly cursor?: {
              readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
              readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
            } | undefined;
            readonly model?: string | undefined;
            readonly reasoning_effort?: Effort | undefined;
          };
          readonly phase2: {
            readonly runner?: string | undefined;
            readonly cursor?: {
              readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
              readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
            } | undefined;
            readonly model?: string | undefined;
            readonly reasoning_effort?: Effort | undefined;
          };
          readonly phase3: {
            readonly runner?: string | undefined;
            readonly cursor?: {
              readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
              readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
            } | undefined;
            readonly model?: string | undefined;
            readonly reasoning_effort?: Effort | undefined;
          };
        };
        readonly ci_gate: {
          readonly enabled: boolean;
          readonly argv: readonly string[];
        };
        readonly notification: {
          readonly enabled: boolean;
          readonly notify_on_complete: boolean;
          readonly notify_on_fail: boolean;
          readonly notify_on_loop_complete: boolean;
          readonly notify_on_watch_new_tasks: boolean;
          readonly suppress_when_active: boolean;
          readonly sound_enabled: boolean;
          readonly timeout_ms: number;
          readonly sound_path: string | null;
          /** No configuration file has it: ring the terminal's bell where a notification would be shown. */
          readonly terminal_bell: boolean;
        };
        readonly webhook: {
          readonly enabled: boolean | null;
          readonly events: readonly ("phase_completed" | "task_created" | "task_started" | "task_completed" | "task_failed" | "task_status_changed" | "loop_started" | "loop_stopped" | "phase_started" | "queue_unblocked" | "*")[] | null;
          readonly timeout_secs: number | null;
          readonly retry_count: number | null;
          readonly retry_backoff_ms: number | null;
          readonly queue_capacity: number | null;
          readonly parallel_queue_multiplier: number | null;
          readonly queue_policy: "drop_oldest" | "drop_new" | "block_with_timeout" | null;
          readonly url: string | null;
          readonly allow_insecure_http: boolean | null;
          readonly allow_private_targets: boolean | null;
          readonly secret: string | null;
        };
        readonly runner_retry: {
          readonly max_attempts: number | null;
          readonly base_backoff_ms: number | null;
          readonly multiplier: number | null;
          readonly max_backoff_ms: number | null;
          readonly jitter_ratio: number | null;
        };
      };
      readonly parallel: {
        readonly max_push_attempts: number;
        readonly workspace_retention_hours: number;
        readonly push_backoff_ms: readonly number[];
        readonly workers: number | null;
        readonly workspace_root: string | null;
        readonly ignored_file_allowlist: readonly string[] | null;
        /** Program and arguments run in each new worktree; no shell. */
        readonly setup: readonly string[] | null;
        /** Tasks with overlapping scopes are not started together while others can be. */
        readonly scope_aware: boolean;
      };
      readonly loop: {
        readonly empty_poll_ms: number;
        readonly wait_poll_ms: number;
        readonly wait_timeout_seconds: number;
        readonly wait_when_empty: boolean;
        readonly wait_when_blocked: boolean;
        readonly notify_when_unblocked: boolean;
      };
      readonly plugins: {
        readonly plugins: Readonly<Record<string, {
          readonly enabled: boolean | null;
          readonly config: unknown;
        }>>;
      };
      /** Named patches over `agent`, as far as layers define any; built-in profiles are not among them. */
      readonly profiles?: Readonly<Record<string, {
        readonly runner?: string | undefined;
        readonly cursor?: {
          readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
          readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
        } | undefined;
        readonly model?: string | undefined;
        readonly phases?: number | undefined;
        readonly iterations?: number | undefined;
        readonly followup_reasoning_effort?: Effort | undefined;
        readonly runner_cli?: {
          readonly defaults?: {
            readonly output_format?: "stream_json" | "json" | "text" | undefined;
            readonly verbosity?: "quiet" | "normal" | "verbose" | undefined;
            readonly approval_mode?: "default" | "auto_edits" | "yolo" | "safe" | undefined;
            readonly sandbox?: "default" | "enabled" | "disabled" | undefined;
            readonly plan_mode?: "default" | "enabled" | "disabled" | undefined;
            readonly unsupported_option_policy?: "ignore" | "warn" | "error" | undefined;
          } | undefined;
          readonly runners?: Readonly<Record<string, {
            readonly output_format?: "stream_json" | "json" | "text" | undefined;
            readonly verbosity?: "quiet" | "normal" | "verbose" | undefined;
            readonly approval_mode?: "default" | "auto_edits" | "yolo" | "safe" | undefined;
            readonly sandbox?: "default" | "enabled" | "disabled" | undefined;
            readonly plan_mode?: "default" | "enabled" | "disabled" | undefined;
            readonly unsupported_option_policy?: "ignore" | "warn" | "error" | undefined;
          }>> | undefined;
        } | undefined;
        readonly phase_overrides?: {
          readonly phase1?: {
            readonly runner?: string | undefined;
            readonly cursor?: {
              readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
              readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
            } | undefined;
            readonly model?: string | undefined;
            readonly reasoning_effort?: Effort | undefined;
          } | undefined;
          readonly phase2?: {
            readonly runner?: string | undefined;
            readonly cursor?: {
              readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
              readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
            } | undefined;
            readonly model?: string | undefined;
            readonly reasoning_effort?: Effort | undefined;
          } | undefined;
          readonly phase3?: {
            readonly runner?: string | undefined;
            readonly cursor?: {
              readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
              readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
            } | undefined;
            readonly model?: string | undefined;
            readonly reasoning_effort?: Effort | undefined;
          } | undefined;
        } | undefined;
        readonly reasoning_effort?: Effort | undefined;
        readonly session_timeout_hours?: number | undefined;
        readonly codex_bin?: string | undefined;
        readonly opencode_bin?: string | undefined;
        readonly gemini_bin?: string | undefined;
        readonly claude_bin?: string | undefined;
        readonly cursor_sdk_node_bin?: string | undefined;
        readonly cursor_bin?: string | undefined;
        readonly kimi_bin?: string | undefined;
        readonly pi_bin?: string | undefined;
        readonly claude_permission_mode?: "accept_edits" | "bypass_permissions" | undefined;
        readonly instruction_files?: readonly string[] | undefined;
        readonly repoprompt_plan_required?: boolean | undefined;
        readonly repoprompt_tool_injection?: boolean | undefined;
        readonly ci_gate?: {
          readonly enabled?: boolean | undefined;
          readonly argv?: readonly string[] | undefined;
        } | undefined;
        readonly git_revert_mode?: "enabled" | "disabled" | "ask" | undefined;
        readonly git_publish_mode?: "commit" | "off" | "commit_and_push" | undefined;
        readonly notification?: {
          readonly enabled?: boolean | undefined;
          readonly notify_on_complete?: boolean | undefined;
          readonly notify_on_fail?: boolean | undefined;
          readonly notify_on_loop_complete?: boolean | undefined;
          readonly notify_on_watch_new_tasks?: boolean | undefined;
          readonly suppress_when_active?: boolean | undefined;
          readonly sound_enabled?: boolean | undefined;
          readonly sound_path?: string | undefined;
          readonly timeout_ms?: number | undefined;
        } | undefined;
        readonly webhook?: {
          readonly enabled?: boolean | undefined;
          readonly events?: readonly ("phase_completed" | "task_created" | "task_started" | "task_completed" | "task_failed" | "task_status_changed" | "loop_started" | "loop_stopped" | "phase_started" | "queue_unblocked" | "*")[] | undefined;
          readonly timeout_secs?: number | undefined;
          readonly retry_count?: number | undefined;
          readonly retry_backoff_ms?: number | undefined;
          readonly queue_capacity?: number | undefined;
          readonly parallel_queue_multiplier?: number | undefined;
          readonly queue_policy?: "drop_oldest" | "drop_new" | "block_with_timeout" | undefined;
          readonly url?: string | undefined;
          readonly allow_insecure_http?: boolean | undefined;
          readonly allow_private_targets?: boolean | undefined;
          readonly secret?: string | undefined;
        } | undefined;
        readonly scan_prompt_version?: "v1" | "v2" | undefined;
        readonly runner_retry?: {
          readonly max_attempts?: number | undefined;
          readonly base_backoff_ms?: number | undefined;
          readonly multiplier?: number | undefined;
          readonly max_backoff_ms?: number | undefined;
          readonly jitter_ratio?: number | undefined;
        } | undefined;
      }>> | undefined;
    };
    /** To stderr, with the hook's name. */
    readonly log: Log;
    /** Aborted when the hook takes too long and when the run is interrupted. */
    readonly signal: AbortSignal;
    /** Bun's shell in the work tree. */
    readonly $: HookShell;
  }

  /** How a run ended. */
  export type RunSummary = {
    readonly outcome: "blocked" | "stalled" | "failed" | "completed" | "no_candidates" | "stopped" | "ran";
    readonly attempted: number;
    readonly succeeded: number;
    readonly failed: number;
    readonly duration_ms: number;
    readonly exit_code: number;
  };

  /** What hooks that are about a task are given. */
  export interface TaskHookContext {
    readonly task: Task;
    readonly repo: RepoView;
    readonly queue: Queue;
    /** As resolved when the run began. */
    readonly config: {
      readonly version: 2;
      readonly project_type: "code" | "docs";
      readonly queue: {
        readonly id_width: number;
        readonly size_warning_threshold_kb: number;
        readonly task_count_warning_threshold: number;
        readonly max_dependency_depth: number;
        readonly file: string;
        readonly done_file: string;
        readonly id_prefix: string;
        readonly auto_archive_terminal_after_days: number | null;
        readonly aging_thresholds: {
          readonly warning_days: number | null;
          readonly stale_days: number | null;
          readonly rotten_days: number | null;
        };
      };
      readonly agent: {
        readonly runner: string;
        readonly model: string;
        readonly phases: number;
        readonly iterations: number;
        readonly reasoning_effort: Effort;
        readonly session_timeout_hours: number;
        readonly codex_bin: string;
        readonly opencode_bin: string;
        readonly gemini_bin: string;
        readonly claude_bin: string;
        readonly cursor_sdk_node_bin: string;
        readonly kimi_bin: string;
        readonly pi_bin: string;
        readonly claude_permission_mode: "accept_edits" | "bypass_permissions";
        readonly repoprompt_plan_required: boolean;
        readonly repoprompt_tool_injection: boolean;
        readonly git_revert_mode: "enabled" | "disabled" | "ask";
        readonly git_publish_mode: "commit" | "off" | "commit_and_push";
        readonly scan_prompt_version: "v1" | "v2";
        readonly cursor: {
          readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
          readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
        } | null;
        readonly followup_reasoning_effort: "high" | "medium" | "low" | "xhigh" | null;
        readonly instruction_files: readonly string[] | null;
        /** Limit of one turn of an agent; 0: none. */
        readonly turn_timeout_minutes: number;
        /** Limit of a turn without output; 0: none. */
        readonly idle_timeout_minutes: number;
        /** Agents that speak the Agent Client Protocol: program and arguments of the runner `acp`, and of `acp:<name>` by name. */
        readonly acp: {
          readonly command: readonly string[] | null;
          readonly agents: Readonly<Record<string, readonly string[]>>;
        };
        readonly runner_cli: {
          readonly defaults: {
            readonly output_format: "stream_json" | "json" | "text";
            readonly verbosity: "quiet" | "normal" | "verbose";
            readonly approval_mode: "default" | "auto_edits" | "yolo" | "safe";
            readonly sandbox: "default" | "enabled" | "disabled";
            readonly plan_mode: "default" | "enabled" | "disabled";
            readonly unsupported_option_policy: "ignore" | "warn" | "error";
          };
          /** By runner id. */
          readonly runners: Readonly<Record<string, {
            readonly output_format: "stream_json" | "json" | "text" | null;
            readonly verbosity: "quiet" | "normal" | "verbose" | null;
            readonly approval_mode: "default" | "auto_edits" | "yolo" | "safe" | null;
            readonly sandbox: "default" | "enabled" | "disabled" | null;
            readonly plan_mode: "default" | "enabled" | "disabled" | null;
            readonly unsupported_option_policy: "ignore" | "warn" | "error" | null;
          }>>;
        };
        readonly phase_overrides: {
          readonly phase1: {
            readonly runner?: string | undefined;
            readonly cursor?: {
              readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
              readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
            } | undefined;
            readonly model?: string | undefined;
            readonly reasoning_effort?: Effort | undefined;
          };
          readonly phase2: {
            readonly runner?: string | undefined;
            readonly cursor?: {
              readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
              readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
            } | undefined;
            readonly model?: string | undefined;
            readonly reasoning_effort?: Effort | undefined;
          };
          readonly phase3: {
            readonly runner?: string | undefined;
            readonly cursor?: {
              readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
              readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
            } | undefined;
            readonly model?: string | undefined;
            readonly reasoning_effort?: Effort | undefined;
          };
        };
        readonly ci_gate: {
          readonly enabled: boolean;
          readonly argv: readonly string[];
        };
        readonly notification: {
          readonly enabled: boolean;
          readonly notify_on_complete: boolean;
          readonly notify_on_fail: boolean;
          readonly notify_on_loop_complete: boolean;
          readonly notify_on_watch_new_tasks: boolean;
          readonly suppress_when_active: boolean;
          readonly sound_enabled: boolean;
          readonly timeout_ms: number;
          readonly sound_path: string | null;
          /** No configuration file has it: ring the terminal's bell where a notification would be shown. */
          readonly terminal_bell: boolean;
        };
        readonly webhook: {
          readonly enabled: boolean | null;
          readonly events: readonly ("phase_completed" | "task_created" | "task_started" | "task_completed" | "task_failed" | "task_status_changed" | "loop_started" | "loop_stopped" | "phase_started" | "queue_unblocked" | "*")[] | null;
          readonly timeout_secs: number | null;
          readonly retry_count: number | null;
          readonly retry_backoff_ms: number | null;
          readonly queue_capacity: number | null;
          readonly parallel_queue_multiplier: number | null;
          readonly queue_policy: "drop_oldest" | "drop_new" | "block_with_timeout" | null;
          readonly url: string | null;
          readonly allow_insecure_http: boolean | null;
          readonly allow_private_targets: boolean | null;
          readonly secret: string | null;
        };
        readonly runner_retry: {
          readonly max_attempts: number | null;
          readonly base_backoff_ms: number | null;
          readonly multiplier: number | null;
          readonly max_backoff_ms: number | null;
          readonly jitter_ratio: number | null;
        };
      };
      readonly parallel: {
        readonly max_push_attempts: number;
        readonly workspace_retention_hours: number;
        readonly push_backoff_ms: readonly number[];
        readonly workers: number | null;
        readonly workspace_root: string | null;
        readonly ignored_file_allowlist: readonly string[] | null;
        /** Program and arguments run in each new worktree; no shell. */
        readonly setup: readonly string[] | null;
        /** Tasks with overlapping scopes are not started together while others can be. */
        readonly scope_aware: boolean;
      };
      readonly loop: {
        readonly empty_poll_ms: number;
        readonly wait_poll_ms: number;
        readonly wait_timeout_seconds: number;
        readonly wait_when_empty: boolean;
        readonly wait_when_blocked: boolean;
        readonly notify_when_unblocked: boolean;
      };
      readonly plugins: {
        readonly plugins: Readonly<Record<string, {
          readonly enabled: boolean | null;
          readonly config: unknown;
        }>>;
      };
      /** Named patches over `agent`, as far as layers define any; built-in profiles are not among them. */
      readonly profiles?: Readonly<Record<string, {
        readonly runner?: string | undefined;
        readonly cursor?: {
          readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
          readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
        } | undefined;
        readonly model?: string | undefined;
        readonly phases?: number | undefined;
        readonly iterations?: number | undefined;
        readonly followup_reasoning_effort?: Effort | undefined;
        readonly runner_cli?: {
          readonly defaults?: {
            readonly output_format?: "stream_json" | "json" | "text" | undefined;
            readonly verbosity?: "quiet" | "normal" | "verbose" | undefined;
            readonly approval_mode?: "default" | "auto_edits" | "yolo" | "safe" | undefined;
            readonly sandbox?: "default" | "enabled" | "disabled" | undefined;
            readonly plan_mode?: "default" | "enabled" | "disabled" | undefined;
            readonly unsupported_option_policy?: "ignore" | "warn" | "error" | undefined;
          } | undefined;
          readonly runners?: Readonly<Record<string, {
            readonly output_format?: "stream_json" | "json" | "text" | undefined;
            readonly verbosity?: "quiet" | "normal" | "verbose" | undefined;
            readonly approval_mode?: "default" | "auto_edits" | "yolo" | "safe" | undefined;
            readonly sandbox?: "default" | "enabled" | "disabled" | undefined;
            readonly plan_mode?: "default" | "enabled" | "disabled" | undefined;
            readonly unsupported_option_policy?: "ignore" | "warn" | "error" | undefined;
          }>> | undefined;
        } | undefined;
        readonly phase_overrides?: {
          readonly phase1?: {
            readonly runner?: string | undefined;
            readonly cursor?: {
              readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
              readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
            } | undefined;
            readonly model?: string | undefined;
            readonly reasoning_effort?: Effort | undefined;
          } | undefined;
          readonly phase2?: {
            readonly runner?: string | undefined;
            readonly cursor?: {
              readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
              readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
            } | undefined;
            readonly model?: string | undefined;
            readonly reasoning_effort?: Effort | undefined;
          } | undefined;
          readonly phase3?: {
            readonly runner?: string | undefined;
            readonly cursor?: {
              readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
              readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
            } | undefined;
            readonly model?: string | undefined;
            readonly reasoning_effort?: Effort | undefined;
          } | undefined;
        } | undefined;
        readonly reasoning_effort?: Effort | undefined;
        readonly session_timeout_hours?: number | undefined;
        readonly codex_bin?: string | undefined;
        readonly opencode_bin?: string | undefined;
        readonly gemini_bin?: string | undefined;
        readonly claude_bin?: string | undefined;
        readonly cursor_sdk_node_bin?: string | undefined;
        readonly cursor_bin?: string | undefined;
        readonly kimi_bin?: string | undefined;
        readonly pi_bin?: string | undefined;
        readonly claude_permission_mode?: "accept_edits" | "bypass_permissions" | undefined;
        readonly instruction_files?: readonly string[] | undefined;
        readonly repoprompt_plan_required?: boolean | undefined;
        readonly repoprompt_tool_injection?: boolean | undefined;
        readonly ci_gate?: {
          readonly enabled?: boolean | undefined;
          readonly argv?: readonly string[] | undefined;
        } | undefined;
        readonly git_revert_mode?: "enabled" | "disabled" | "ask" | undefined;
        readonly git_publish_mode?: "commit" | "off" | "commit_and_push" | undefined;
        readonly notification?: {
          readonly enabled?: boolean | undefined;
          readonly notify_on_complete?: boolean | undefined;
          readonly notify_on_fail?: boolean | undefined;
          readonly notify_on_loop_complete?: boolean | undefined;
          readonly notify_on_watch_new_tasks?: boolean | undefined;
          readonly suppress_when_active?: boolean | undefined;
          readonly sound_enabled?: boolean | undefined;
          readonly sound_path?: string | undefined;
          readonly timeout_ms?: number | undefined;
        } | undefined;
        readonly webhook?: {
          readonly enabled?: boolean | undefined;
          readonly events?: readonly ("phase_completed" | "task_created" | "task_started" | "task_completed" | "task_failed" | "task_status_changed" | "loop_started" | "loop_stopped" | "phase_started" | "queue_unblocked" | "*")[] | undefined;
          readonly timeout_secs?: number | undefined;
          readonly retry_count?: number | undefined;
          readonly retry_backoff_ms?: number | undefined;
          readonly queue_capacity?: number | undefined;
          readonly parallel_queue_multiplier?: number | undefined;
          readonly queue_policy?: "drop_oldest" | "drop_new" | "block_with_timeout" | undefined;
          readonly url?: string | undefined;
          readonly allow_insecure_http?: boolean | undefined;
          readonly allow_private_targets?: boolean | undefined;
          readonly secret?: string | undefined;
        } | undefined;
        readonly scan_prompt_version?: "v1" | "v2" | undefined;
        readonly runner_retry?: {
          readonly max_attempts?: number | undefined;
          readonly base_backoff_ms?: number | undefined;
          readonly multiplier?: number | undefined;
          readonly max_backoff_ms?: number | undefined;
          readonly jitter_ratio?: number | undefined;
        } | undefined;
      }>> | undefined;
    };
    /** To stderr, with the hook's name. */
    readonly log: Log;
    /** Aborted when the hook takes too long and when the run is interrupted. */
    readonly signal: AbortSignal;
    /** Bun's shell in the work tree. */
    readonly $: HookShell;
  }

  /** Where a task is moved: to an end of the active tasks, or next to another one. */
  export type MoveTarget = "first" | "last" | {
    readonly before: string;
  } | {
    readonly after: string;
  };

  /** The queue while one transaction changes it. What it gives out is frozen; nothing is written before the change returns. */
  export interface QueueDraft {
    /** As they are after what was changed so far. */
    readonly tasks: readonly Task[];
    readonly done: readonly Task[];
    get(id: string): Task | null;
    add(task: NewTask): Task;
    /** Error: `queue.task_not_found`, also for a finished task. */
    update(id: string, patch: TaskPatch): Task;
    /** Takes an active task out of the queue. */
    remove(id: string): void;
    move(id: string, to: MoveTarget): void;
    /** Moves a task in `todo` or `doing` to the done file. */
    finish(id: string, outcome: TerminalStatus, notes?: readonly string[]): Task;
  }

  /** The queue as user code sees it. Reading takes no lock; tasks are frozen. */
  export interface Queue {
    /** Active tasks, in order of execution. */
    tasks(filter?: QueueFilter): Promise<readonly Task[]>;
    /** Finished tasks, oldest first. */
    done(filter?: QueueFilter): Promise<readonly Task[]>;
    /** From the queue or the done file; null: there is none. */
    get(id: string): Promise<Task | null>;
    /** The task that a run would take now; null: none is runnable. */
    next(): Promise<Task | null>;
    /** Why an active task can or cannot be taken now. Error: `queue.task_not_found`. */
    explain(id: string): Promise<RunnabilityRow>;
    /**
     * One change of the queue, all of it or nothing: lock, validation, a snapshot for `cueloop undo` under `label`, an atomic
     * write. `change` must not be async. Errors: what it throws, and those of the queue.
     */
    transaction<T>(label: string, change: (draft: QueueDraft) => T): Promise<T>;
  }

  /** Which tasks are wanted; kinds must all hold, values of one kind are alternatives. */
  export type QueueFilter = {
    /** A task has one of these tags, blanks at the ends and case aside. */
    readonly tags?: readonly string[] | undefined;
    readonly statuses?: readonly TaskStatus[] | undefined;
    /** One of the task's scopes contains one of these texts, blanks at the ends and case aside. */
    readonly scopes?: readonly string[] | undefined;
    /** Only tasks that depend on this id, directly or through others. */
    readonly dependsOn?: string | undefined;
    /** Only tasks with a `scheduled_start`. */
    readonly scheduled?: boolean | undefined;
    /** Only tasks that start strictly after or before. */
    readonly scheduledAfter?: bigint | undefined;
    readonly scheduledBefore?: bigint | undefined;
  };

  /** A task to add; the queue gives it its id and its times. */
  export type NewTask = {
    readonly description?: string | null | undefined;
    readonly request?: string | null | undefined;
    readonly agent?: Readonly<Record<string, unknown>> | null | undefined;
    readonly estimated_minutes?: number | null | undefined;
    readonly actual_minutes?: number | null | undefined;
    readonly scheduled_start?: string | null | undefined;
    readonly duplicates?: string | null | undefined;
    readonly parent_id?: string | null | undefined;
    readonly kind?: TaskKind | undefined;
    readonly priority?: Priority | undefined;
    readonly tags?: readonly string[] | undefined;
    readonly scope?: readonly string[] | undefined;
    readonly evidence?: readonly string[] | undefined;
    readonly plan?: readonly string[] | undefined;
    readonly notes?: readonly string[] | undefined;
    readonly depends_on?: readonly string[] | undefined;
    readonly blocks?: readonly string[] | undefined;
    readonly relates_to?: readonly string[] | undefined;
    readonly custom_fields?: Readonly<Record<string, unknown>> | undefined;
    readonly title: string;
    /** Default `todo`. */
    readonly status?: "draft" | "todo" | undefined;
    /** Before all waiting tasks, or after all, which is the default. */
    readonly position?: "end" | "next" | undefined;
  };

  /** What is to be different about an active task. Lists and custom fields are replaced as a whole. */
  export type TaskPatch = {
    readonly description?: string | null | undefined;
    readonly request?: string | null | undefined;
    readonly agent?: Readonly<Record<string, unknown>> | null | undefined;
    readonly estimated_minutes?: number | null | undefined;
    readonly actual_minutes?: number | null | undefined;
    readonly scheduled_start?: string | null | undefined;
    readonly duplicates?: string | null | undefined;
    readonly parent_id?: string | null | undefined;
    readonly kind?: TaskKind | undefined;
    readonly priority?: Priority | undefined;
    readonly tags?: readonly string[] | undefined;
    readonly scope?: readonly string[] | undefined;
    readonly evidence?: readonly string[] | undefined;
    readonly plan?: readonly string[] | undefined;
    readonly notes?: readonly string[] | undefined;
    readonly depends_on?: readonly string[] | undefined;
    readonly blocks?: readonly string[] | undefined;
    readonly relates_to?: readonly string[] | undefined;
    readonly custom_fields?: Readonly<Record<string, unknown>> | undefined;
    readonly title?: string | undefined;
    /** A finished task is `finish`'s to make. */
    readonly status?: "draft" | "todo" | "doing" | undefined;
  };

  export interface OpenQueueOptions {
    /** The repository is the one at or above this directory; default: the working directory. */
    readonly dir?: string | undefined;
  }

  /** How `runLoop` ended; a failed task is an error instead, unless the loop went on or its tasks were worked in parallel. */
  export interface LoopRunOutcome {
    /** Why it ended: `completed` is a limit that was reached, `no_candidates` that nothing was left. */
    readonly outcome: "blocked" | "stalled" | "completed" | "no_candidates" | "stopped";
    readonly attempted: number;
    readonly succeeded: number;
    /** Ids of the tasks that failed or are blocked, in order. */
    readonly failed: readonly string[];
    readonly blocking: BlockingState | null;
    /** For the person, one line each. */
    readonly notes: readonly string[];
  }

  export type RunOutcome = LoopRunOutcome | {
    readonly kind: "ran";
    readonly taskId: string;
    readonly title: string;
    readonly outcome: "done" | "rejected";
    readonly commit: string | null;
  } | {
    readonly kind: "blocked" | "no_candidates";
    readonly blocking: BlockingState | null;
    readonly notes: readonly string[];
  };

  /** How `runTask` ended; a task that failed is an error instead. */
  export type TaskRunOutcome = {
    readonly kind: "ran";
    readonly taskId: string;
    readonly title: string;
    readonly outcome: "done" | "rejected";
    readonly commit: string | null;
  } | {
    readonly kind: "blocked" | "no_candidates";
    readonly blocking: BlockingState | null;
    readonly notes: readonly string[];
  };

  /**
   * A run under way in this process. Its events are read with `for await`, once; leaving the loop ends the run. What made
   * the run fail is thrown after the last event, and rejects `outcome`.
   */
  export interface Run<Outcome> extends AsyncIterable<RunEvent> {
    readonly outcome: Promise<Outcome>;
  }

  /** Options of `runLoop`: the flags of `cueloop run loop` in camel case. */
  export type RunLoopOptions = {
    /** End after so many tasks; 0 for no limit. */
    readonly maxTasks?: number | undefined;
    /** A failed task does not end the loop. */
    readonly keepGoing?: boolean | undefined;
    /** Work so many tasks at once, in worktrees. */
    readonly parallel?: number | undefined;
    /** With `parallel`, the branch the results go to; default: the one that is checked out. */
    readonly target?: string | undefined;
    /** Wait, instead of ending, while every task is blocked. */
    readonly waitWhenBlocked?: boolean | undefined;
    /** Look at a blocked queue at least this often; default 1000. */
    readonly waitPollMs?: number | undefined;
    /** End after waiting so long for a blocked queue; default 0, for no limit. */
    readonly waitTimeoutSeconds?: number | undefined;
    /** Wait also while there is no task at all. */
    readonly waitWhenEmpty?: boolean | undefined;
    /** Look at an empty queue at least this often; default 30000. */
    readonly emptyPollMs?: number | undefined;
    /** The repository is the one at or above this directory; default: the working directory. */
    readonly dir?: string | undefined;
    /** Stops the run as Ctrl-C does. */
    readonly signal?: AbortSignal | undefined;
    /** Apply this profile. */
    readonly profile?: string | undefined;
    /** Agent for all phases. */
    readonly runner?: string | undefined;
    /** Model for all phases. */
    readonly model?: string | undefined;
    /** Reasoning effort for all phases. */
    readonly effort?: Effort | undefined;
    readonly runnerPhase1?: string | undefined;
    readonly runnerPhase2?: string | undefined;
    readonly runnerPhase3?: string | undefined;
    readonly modelPhase1?: string | undefined;
    readonly modelPhase2?: string | undefined;
    readonly modelPhase3?: string | undefined;
    readonly effortPhase1?: Effort | undefined;
    readonly effortPhase2?: Effort | undefined;
    readonly effortPhase3?: Effort | undefined;
    readonly outputFormat?: string | undefined;
    readonly verbosity?: string | undefined;
    readonly approvalMode?: string | undefined;
    readonly sandbox?: string | undefined;
    readonly planMode?: string | undefined;
    readonly unsupportedOptionPolicy?: string | undefined;
    /** Phases of each task: 1, 2 (plan, implement) or 3 (and review). */
    readonly phases?: 1 | 3 | 2 | undefined;
    /** The same as `phases: 1`. */
    readonly quick?: boolean | undefined;
    /** Blocks about RepoPrompt in the prompts. */
    readonly repoPrompt?: "plan" | "tools" | "off" | undefined;
    /** What happens to the changes of a failed task; nobody is asked, so `ask` leaves them. */
    readonly gitRevertMode?: "enabled" | "disabled" | "ask" | undefined;
    readonly gitPublishMode?: "commit" | "off" | "commit_and_push" | undefined;
    /** Drafts are taken too. */
    readonly includeDraft?: boolean | undefined;
    /** Tasks that agents make during this run are taken too. */
    readonly includeNew?: boolean | undefined;
    /** Agent turns per task; default 20. */
    readonly maxTurns?: number | undefined;
    /** Longest wait for one usage limit of an agent, in hours; default 6, 0 for none. */
    readonly limitWait?: number | undefined;
    /** End before the gate where files of Git LFS are not as they should be; else a warning. */
    readonly lfsCheck?: boolean | undefined;
    /** Go on with an interrupted task. */
    readonly resume?: boolean | undefined;
    /** Without the check that nothing is uncommitted. */
    readonly force?: boolean | undefined;
    /** Append agents' output and all log records, secrets included, to .cueloop/logs/debug.log. */
    readonly debug?: boolean | undefined;
  };

  /** Options of `runTask`: the flags of `cueloop run one` in camel case. */
  export type RunTaskOptions = {
    /** A remark for the agent. */
    readonly message?: string | undefined;
    /** The repository is the one at or above this directory; default: the working directory. */
    readonly dir?: string | undefined;
    /** Stops the run as Ctrl-C does. */
    readonly signal?: AbortSignal | undefined;
    /** Apply this profile. */
    readonly profile?: string | undefined;
    /** Agent for all phases. */
    readonly runner?: string | undefined;
    /** Model for all phases. */
    readonly model?: string | undefined;
    /** Reasoning effort for all phases. */
    readonly effort?: Effort | undefined;
    readonly runnerPhase1?: string | undefined;
    readonly runnerPhase2?: string | undefined;
    readonly runnerPhase3?: string | undefined;
    readonly modelPhase1?: string | undefined;
    readonly modelPhase2?: string | undefined;
    readonly modelPhase3?: string | undefined;
    readonly effortPhase1?: Effort | undefined;
    readonly effortPhase2?: Effort | undefined;
    readonly effortPhase3?: Effort | undefined;
    readonly outputFormat?: string | undefined;
    readonly verbosity?: string | undefined;
    readonly approvalMode?: string | undefined;
    readonly sandbox?: string | undefined;
    readonly planMode?: string | undefined;
    readonly unsupportedOptionPolicy?: string | undefined;
    /** Phases of each task: 1, 2 (plan, implement) or 3 (and review). */
    readonly phases?: 1 | 3 | 2 | undefined;
    /** The same as `phases: 1`. */
    readonly quick?: boolean | undefined;
    /** Blocks about RepoPrompt in the prompts. */
    readonly repoPrompt?: "plan" | "tools" | "off" | undefined;
    /** What happens to the changes of a failed task; nobody is asked, so `ask` leaves them. */
    readonly gitRevertMode?: "enabled" | "disabled" | "ask" | undefined;
    readonly gitPublishMode?: "commit" | "off" | "commit_and_push" | undefined;
    /** Drafts are taken too. */
    readonly includeDraft?: boolean | undefined;
    /** Tasks that agents make during this run are taken too. */
    readonly includeNew?: boolean | undefined;
    /** Agent turns per task; default 20. */
    readonly maxTurns?: number | undefined;
    /** Longest wait for one usage limit of an agent, in hours; default 6, 0 for none. */
    readonly limitWait?: number | undefined;
    /** End before the gate where files of Git LFS are not as they should be; else a warning. */
    readonly lfsCheck?: boolean | undefined;
    /** Go on with an interrupted task. */
    readonly resume?: boolean | undefined;
    /** Without the check that nothing is uncommitted. */
    readonly force?: boolean | undefined;
    /** Append agents' output and all log records, secrets included, to .cueloop/logs/debug.log. */
    readonly debug?: boolean | undefined;
  };

  /** `agent` after all layers, and the selected profile, are merged. */
  type ResolvedAgent = CodeOnlyAgent & {
    readonly runner: string;
    readonly model: string;
    readonly phases: number;
    readonly iterations: number;
    readonly reasoning_effort: Effort;
    readonly session_timeout_hours: number;
    readonly codex_bin: string;
    readonly opencode_bin: string;
    readonly gemini_bin: string;
    readonly claude_bin: string;
    readonly cursor_sdk_node_bin: string;
    readonly kimi_bin: string;
    readonly pi_bin: string;
    readonly claude_permission_mode: "accept_edits" | "bypass_permissions";
    readonly repoprompt_plan_required: boolean;
    readonly repoprompt_tool_injection: boolean;
    readonly git_revert_mode: "enabled" | "disabled" | "ask";
    readonly git_publish_mode: "commit" | "off" | "commit_and_push";
    readonly scan_prompt_version: "v1" | "v2";
    readonly cursor: {
      readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
      readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
    } | null;
    readonly followup_reasoning_effort: "high" | "medium" | "low" | "xhigh" | null;
    readonly instruction_files: readonly string[] | null;
    readonly runner_cli: {
      readonly defaults: {
        readonly output_format: "stream_json" | "json" | "text";
        readonly verbosity: "quiet" | "normal" | "verbose";
        readonly approval_mode: "default" | "auto_edits" | "yolo" | "safe";
        readonly sandbox: "default" | "enabled" | "disabled";
        readonly plan_mode: "default" | "enabled" | "disabled";
        readonly unsupported_option_policy: "ignore" | "warn" | "error";
      };
      /** By runner id. */
      readonly runners: Readonly<Record<string, {
        readonly output_format: "stream_json" | "json" | "text" | null;
        readonly verbosity: "quiet" | "normal" | "verbose" | null;
        readonly approval_mode: "default" | "auto_edits" | "yolo" | "safe" | null;
        readonly sandbox: "default" | "enabled" | "disabled" | null;
        readonly plan_mode: "default" | "enabled" | "disabled" | null;
        readonly unsupported_option_policy: "ignore" | "warn" | "error" | null;
      }>>;
    };
    readonly phase_overrides: {
      readonly phase1: {
        readonly runner?: string | undefined;
        readonly cursor?: {
          readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
          readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
        } | undefined;
        readonly model?: string | undefined;
        readonly reasoning_effort?: Effort | undefined;
      };
      readonly phase2: {
        readonly runner?: string | undefined;
        readonly cursor?: {
          readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
          readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
        } | undefined;
        readonly model?: string | undefined;
        readonly reasoning_effort?: Effort | undefined;
      };
      readonly phase3: {
        readonly runner?: string | undefined;
        readonly cursor?: {
          readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
          readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
        } | undefined;
        readonly model?: string | undefined;
        readonly reasoning_effort?: Effort | undefined;
      };
    };
    readonly ci_gate: {
      readonly enabled: boolean;
      readonly argv: readonly string[];
    };
    readonly notification: {
      readonly enabled: boolean;
      readonly notify_on_complete: boolean;
      readonly notify_on_fail: boolean;
      readonly notify_on_loop_complete: boolean;
      readonly notify_on_watch_new_tasks: boolean;
      readonly suppress_when_active: boolean;
      readonly sound_enabled: boolean;
      readonly timeout_ms: number;
      readonly sound_path: string | null;
      /** No configuration file has it: ring the terminal's bell where a notification would be shown. */
      readonly terminal_bell: boolean;
    };
    readonly webhook: {
      readonly enabled: boolean | null;
      readonly events: readonly ("phase_completed" | "task_created" | "task_started" | "task_completed" | "task_failed" | "task_status_changed" | "loop_started" | "loop_stopped" | "phase_started" | "queue_unblocked" | "*")[] | null;
      readonly timeout_secs: number | null;
      readonly retry_count: number | null;
      readonly retry_backoff_ms: number | null;
      readonly queue_capacity: number | null;
      readonly parallel_queue_multiplier: number | null;
      readonly queue_policy: "drop_oldest" | "drop_new" | "block_with_timeout" | null;
      readonly url: string | null;
      readonly allow_insecure_http: boolean | null;
      readonly allow_private_targets: boolean | null;
      readonly secret: string | null;
    };
    readonly runner_retry: {
      readonly max_attempts: number | null;
      readonly base_backoff_ms: number | null;
      readonly multiplier: number | null;
      readonly max_backoff_ms: number | null;
      readonly jitter_ratio: number | null;
    };
  };

  /** Keys of `parallel` that no configuration file has. */
  interface CodeOnlyParallel {
    /** Program and arguments run in each new worktree; no shell. */
    readonly setup: readonly string[] | null;
    /** Tasks with overlapping scopes are not started together while others can be. */
    readonly scope_aware: boolean;
  }

  type UnmetDependency = {
    readonly kind: "missing";
    readonly id: string;
  } | {
    readonly kind: "not_complete";
    readonly id: string;
    readonly status: TaskStatus;
  };

  /** What the run log stores, one a line: the event with its envelope. */
  interface RunEventEnvelope {
    readonly version: 3;
    /** RFC 3339, UTC, nine fractional digits. */
    readonly timestamp: string;
    readonly run_mode: "loop" | "one";
  }

  type Values<Schema> = Schema extends CommandSchema ? v.InferOutput<Schema> : Readonly<Record<string, never>>;

  /** Read-only all the way down. */
  type Immutable<T> = T extends readonly (infer Item)[]
    ? readonly Immutable<Item>[]
    : T extends object
      ? { readonly [K in keyof T]: Immutable<T[K]> }
      : T;

  /** An agent's turn that came to its end in a phase. */
  interface PhaseResult {
    readonly finalText: string | null;
    readonly sessionId: string | null;
    readonly usage: UsageTotals | null;
    readonly exitCode: number | null;
  }

  type TerminalStatus = "done" | "rejected";

  /** Keys of `agent` that no configuration file has. */
  interface CodeOnlyAgent {
    /** Limit of one turn of an agent; 0: none. */
    readonly turn_timeout_minutes: number;
    /** Limit of a turn without output; 0: none. */
    readonly idle_timeout_minutes: number;
    /** Agents that speak the Agent Client Protocol: program and arguments of the runner `acp`, and of `acp:<name>` by name. */
    readonly acp: {
      readonly command: readonly string[] | null;
      readonly agents: Readonly<Record<string, readonly string[]>>;
    };
  }

  // Only what is marked is exported.
  export {};
}

declare module "cueloop/testing" {
  import type { CueLoopError, BlockingState, Priority, TaskKind, TaskStatus, RunEvent, Effort, ConfigValue, Queue, LoopRunOutcome } from "cueloop";

  /** A temporary git repository with these files and tasks, and with this configuration; `using` removes it. */
  export function fakeRepo(options?: FakeRepoOptions): FakeRepo;

  /** An agent whose first turn is the first of these, and so on. */
  export function scriptedRunner(turns: readonly Turn[]): ScriptedRunner;

  /** Works a task, or the queue, to the end of the run. A run that fails is told of, not thrown. */
  export function runInRepo(repo: FakeRepo, options?: RunInRepoOptions): Promise<RunRecord>;

  /** A temporary git repository with one commit and a home of its own. */
  export interface FakeRepo extends Disposable {
    /** Absolute. */
    readonly root: string;
    readonly queue: Queue;
    /** Absolute path of a file. */
    path(file: string): string;
    /** Text of a file. */
    read(file: string): string;
    /** Writes files; nothing is committed. */
    write(files: Readonly<Record<string, string>>): void;
    /** Output of a git command. Throws where it fails. */
    git(...args: readonly string[]): string;
    /** Removes everything; `using` does it by itself. */
    remove(): void;
  }

  export interface FakeRepoOptions {
    /** Texts by path; one that begins with `#!` can be executed. */
    readonly files?: Readonly<Record<string, string>> | undefined;
    /** Tasks of the queue, finished ones of the done file; those without an id get `RQ-0001`, `RQ-0002`, … */
    readonly tasks?: readonly TaskFields[] | undefined;
    /** What the repository's `cueloop.config.ts` would export. */
    readonly config?: ConfigValue | undefined;
  }

  /** What an agent was asked in one turn. */
  export interface Asked {
    readonly prompt: string;
    /** It went on with its session. */
    readonly resumed: boolean;
    readonly task: string;
  }

  export type RunInRepoOptions = {
    /** A remark for the agent. */
    readonly message?: string | undefined;
    /** Model for all phases. */
    readonly model?: string | undefined;
    /** Phases of each task: 1, 2 (plan, implement) or 3 (and review). */
    readonly phases?: 1 | 3 | 2 | undefined;
    readonly verbosity?: string | undefined;
    readonly sandbox?: string | undefined;
    /** Reasoning effort for all phases. */
    readonly effort?: Effort | undefined;
    /** Stops the run as Ctrl-C does. */
    readonly signal?: AbortSignal | undefined;
    /** Apply this profile. */
    readonly profile?: string | undefined;
    readonly runnerPhase1?: string | undefined;
    readonly runnerPhase2?: string | undefined;
    readonly runnerPhase3?: string | undefined;
    readonly modelPhase1?: string | undefined;
    readonly modelPhase2?: string | undefined;
    readonly modelPhase3?: string | undefined;
    readonly effortPhase1?: Effort | undefined;
    readonly effortPhase2?: Effort | undefined;
    readonly effortPhase3?: Effort | undefined;
    readonly outputFormat?: string | undefined;
    readonly approvalMode?: string | undefined;
    readonly planMode?: string | undefined;
    readonly unsupportedOptionPolicy?: string | undefined;
    /** The same as `phases: 1`. */
    readonly quick?: boolean | undefined;
    /** Blocks about RepoPrompt in the prompts. */
    readonly repoPrompt?: "plan" | "tools" | "off" | undefined;
    /** What happens to the changes of a failed task; nobody is asked, so `ask` leaves them. */
    readonly gitRevertMode?: "enabled" | "disabled" | "ask" | undefined;
    readonly gitPublishMode?: "commit" | "off" | "commit_and_push" | undefined;
    /** Drafts are taken too. */
    readonly includeDraft?: boolean | undefined;
    /** Tasks that agents make during this run are taken too. */
    readonly includeNew?: boolean | undefined;
    /** Agent turns per task; default 20. */
    readonly maxTurns?: number | undefined;
    /** Longest wait for one usage limit of an agent, in hours; default 6, 0 for none. */
    readonly limitWait?: number | undefined;
    /** End before the gate where files of Git LFS are not as they should be; else a warning. */
    readonly lfsCheck?: boolean | undefined;
    /** Go on with an interrupted task. */
    readonly resume?: boolean | undefined;
    /** Without the check that nothing is uncommitted. */
    readonly force?: boolean | undefined;
    /** Append agents' output and all log records, secrets included, to .cueloop/logs/debug.log. */
    readonly debug?: boolean | undefined;
    /** End after so many tasks; 0 for no limit. */
    readonly maxTasks?: number | undefined;
    /** A failed task does not end the loop. */
    readonly keepGoing?: boolean | undefined;
    /** Wait, instead of ending, while every task is blocked. */
    readonly waitWhenBlocked?: boolean | undefined;
    /** Look at a blocked queue at least this often; default 1000. */
    readonly waitPollMs?: number | undefined;
    /** End after waiting so long for a blocked queue; default 0, for no limit. */
    readonly waitTimeoutSeconds?: number | undefined;
    /** Wait also while there is no task at all. */
    readonly waitWhenEmpty?: boolean | undefined;
    /** Look at an empty queue at least this often; default 30000. */
    readonly emptyPollMs?: number | undefined;
    /** The task to work; left out: the queue, as a loop does. */
    readonly task?: string | undefined;
    /** The agent; left out: one that says something and changes nothing. */
    readonly runner?: ScriptedRunner | undefined;
  };

  /** A run that is over. */
  export interface RunRecord {
    /** In order. */
    readonly events: readonly RunEvent[];
    /** Null where the run failed. */
    readonly outcome: LoopRunOutcome | {
      readonly kind: "ran";
      readonly taskId: string;
      readonly title: string;
      readonly outcome: "done" | "rejected";
      readonly commit: string | null;
    } | {
      readonly kind: "blocked" | "no_candidates";
      readonly blocking: BlockingState | null;
      readonly notes: readonly string[];
    } | null;
    /** What made the run fail; null where it did not. */
    readonly error: CueLoopError | null;
    /** The turns of the agent. */
    readonly asked: readonly Asked[];
    /** What was logged, hooks included: `info: …`. */
    readonly log: readonly string[];
  }

  /** An agent that does what a test says; `runInRepo` takes it. */
  export interface ScriptedRunner {
    readonly turns: readonly Turn[];
  }

  /** What the agent does in one turn, in the order of the keys. */
  export type Turn = {
    /** What the agent says. */
    readonly say?: string | undefined;
    /** Files it writes: texts by path. */
    readonly write?: Readonly<Record<string, string>> | undefined;
    /** Files it deletes. */
    readonly remove?: readonly string[] | undefined;
    /** A line of sh that it runs in the repository. */
    readonly run?: string | undefined;
    /** Tokens it reports, and their cost. */
    readonly usage?: {
      readonly input_tokens: number;
      readonly output_tokens: number;
      readonly cost?: number | undefined;
    } | undefined;
    /** What it prints on stderr. */
    readonly stderr?: string | undefined;
    /** Its exit code, when the turn fails. */
    readonly exit?: number | undefined;
  };

  /** A task as a test has it: whatever matters to the test. */
  export type TaskFields = {
    readonly status?: TaskStatus | undefined;
    readonly scope?: readonly string[] | undefined;
    readonly id?: string | undefined;
    readonly title?: string | undefined;
    readonly priority?: Priority | undefined;
    readonly tags?: readonly string[] | undefined;
    readonly evidence?: readonly string[] | undefined;
    readonly plan?: readonly string[] | undefined;
    readonly notes?: readonly string[] | undefined;
    readonly depends_on?: readonly string[] | undefined;
    readonly blocks?: readonly string[] | undefined;
    readonly relates_to?: readonly string[] | undefined;
    readonly custom_fields?: Readonly<Record<string, string>> | undefined;
    readonly kind?: TaskKind | undefined;
    readonly description?: string | undefined;
    readonly request?: string | undefined;
    readonly agent?: {
      readonly runner?: string | undefined;
      readonly cursor?: {
        readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
        readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
      } | undefined;
      readonly model?: string | undefined;
      readonly phases?: number | undefined;
      readonly iterations?: number | undefined;
      readonly followup_reasoning_effort?: Effort | undefined;
      readonly runner_cli?: {
        readonly output_format?: "stream_json" | "json" | "text" | undefined;
        readonly verbosity?: "quiet" | "normal" | "verbose" | undefined;
        readonly approval_mode?: "default" | "auto_edits" | "yolo" | "safe" | undefined;
        readonly sandbox?: "default" | "enabled" | "disabled" | undefined;
        readonly plan_mode?: "default" | "enabled" | "disabled" | undefined;
        readonly unsupported_option_policy?: "ignore" | "warn" | "error" | undefined;
      } | undefined;
      readonly phase_overrides?: {
        readonly phase1?: {
          readonly runner?: string | undefined;
          readonly cursor?: {
            readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
            readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
          } | undefined;
          readonly model?: string | undefined;
          readonly reasoning_effort?: Effort | undefined;
        } | undefined;
        readonly phase2?: {
          readonly runner?: string | undefined;
          readonly cursor?: {
            readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
            readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
          } | undefined;
          readonly model?: string | undefined;
          readonly reasoning_effort?: Effort | undefined;
        } | undefined;
        readonly phase3?: {
          readonly runner?: string | undefined;
          readonly cursor?: {
            readonly model_params?: Readonly<Record<string, string | boolean>> | undefined;
            readonly setting_sources?: readonly ("project" | "user" | "team" | "mdm" | "plugins" | "all")[] | undefined;
          } | undefined;
          readonly model?: string | undefined;
          readonly reasoning_effort?: Effort | undefined;
        } | undefined;
      } | undefined;
    } | undefined;
    readonly created_at?: string | undefined;
    readonly updated_at?: string | undefined;
    readonly completed_at?: string | undefined;
    readonly started_at?: string | undefined;
    readonly estimated_minutes?: number | undefined;
    readonly actual_minutes?: number | undefined;
    readonly scheduled_start?: string | undefined;
    readonly duplicates?: string | undefined;
    readonly parent_id?: string | undefined;
  };
}
