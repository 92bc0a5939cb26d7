import type * as v from "valibot";
import type { Immutable } from "../base/shape.ts";
import type {
  AgentConfig,
  CiGateConfig,
  CursorRunnerConfig,
  NotificationConfig,
  PhaseOverrideConfig,
  RunnerCliOptionsPatch,
  RunnerRetryConfig,
  WebhookConfig,
} from "./schema/agent.ts";
import type { LoopConfig, ParallelConfig, PluginConfig, QueueAgingThresholds, QueueConfig } from "./schema/sections.ts";
import type { ProjectType } from "./schema/values.ts";

type Output<S extends v.GenericSchema> = Immutable<v.InferOutput<S>>;

/** Every key present; null where nothing set it. */
type OrNull<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> | null };
/** Every key present and set. */
type Set<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> };
/** Every key present and set, those of `Unset` possibly null. */
type Filled<T, Unset extends keyof T = never> = Set<Omit<T, Unset>> & OrNull<Pick<T, Unset>>;

type AgentSections = "runner_cli" | "phase_overrides" | "ci_gate" | "notification" | "webhook" | "runner_retry";

/** The normalised options of a runner; null: not set for this runner. */
export type RunnerCliOptions = OrNull<Output<typeof RunnerCliOptionsPatch>>;
export type PhaseOverride = Output<typeof PhaseOverrideConfig>;
export type CursorConfig = Output<typeof CursorRunnerConfig>;

/** `agent` after all layers, and the selected profile, are merged. */
export type ResolvedAgent = Filled<
  Omit<Output<typeof AgentConfig>, AgentSections | "cursor_bin">,
  "followup_reasoning_effort" | "cursor" | "instruction_files"
> &
  CodeOnlyAgent & {
    readonly runner_cli: {
      readonly defaults: Set<Output<typeof RunnerCliOptionsPatch>>;
      /** By runner id. */
      readonly runners: Readonly<Record<string, RunnerCliOptions>>;
    };
    readonly phase_overrides: { readonly phase1: PhaseOverride; readonly phase2: PhaseOverride; readonly phase3: PhaseOverride };
    readonly ci_gate: Set<Output<typeof CiGateConfig>>;
    readonly notification: Filled<Output<typeof NotificationConfig>, "sound_path"> & {
      /** No configuration file has it: ring the terminal's bell where a notification would be shown. */
      readonly terminal_bell: boolean;
    };
    readonly webhook: OrNull<Output<typeof WebhookConfig>>;
    readonly runner_retry: OrNull<Output<typeof RunnerRetryConfig>>;
  };

/** Keys of `agent` that no configuration file has. */
interface CodeOnlyAgent {
  /** Limit of one turn of an agent; 0: none. */
  readonly turn_timeout_minutes: number;
  /** Limit of a turn without output; 0: none. */
  readonly idle_timeout_minutes: number;
  /** Agents that speak the Agent Client Protocol: program and arguments of the runner `acp`, and of `acp:<name>` by name. */
  readonly acp: { readonly command: readonly string[] | null; readonly agents: Readonly<Record<string, readonly string[]>> };
}

/** Keys of `parallel` that no configuration file has. */
interface CodeOnlyParallel {
  /** Program and arguments run in each new worktree; no shell. */
  readonly setup: readonly string[] | null;
  /** Tasks with overlapping scopes are not started together while others can be. */
  readonly scope_aware: boolean;
}

/** The configuration after all layers are merged: every key is there, null where it is unset. */
export interface ResolvedConfig {
  readonly version: 2;
  readonly project_type: v.InferOutput<typeof ProjectType>;
  readonly queue: Filled<Omit<Output<typeof QueueConfig>, "aging_thresholds">, "auto_archive_terminal_after_days"> & {
    readonly aging_thresholds: OrNull<Output<typeof QueueAgingThresholds>>;
  };
  readonly agent: ResolvedAgent;
  readonly parallel: Filled<Output<typeof ParallelConfig>, "workers" | "workspace_root" | "ignored_file_allowlist"> & CodeOnlyParallel;
  readonly loop: Set<Output<typeof LoopConfig>>;
  readonly plugins: { readonly plugins: Readonly<Record<string, OrNull<Output<typeof PluginConfig>>>> };
  /** Named patches over `agent`, as far as layers define any; built-in profiles are not among them. */
  readonly profiles?: Readonly<Record<string, Output<typeof AgentConfig>>>;
}
