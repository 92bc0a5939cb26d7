import type { Log } from "../../base/context.ts";
import type { Immutable } from "../../base/shape.ts";
import type { ResolvedConfig } from "../../config/schema.ts";
import type { BlockingState } from "../../queue/blocking.ts";
import type { Task } from "../../queue/task.ts";
import type { PhaseName, RunEventOf, StoredRunEvent, UsageTotals } from "../../run/events.ts";
import type { GatedWork, HookSettings, IntegrationPlan, NewWorktree, PhaseResult, TaskEnding } from "../../run/hooks.ts";
import type { Queue } from "../queue/queue.ts";
import type { RepoView } from "./repo-view.ts";
import type { HookShell } from "./shell.ts";

type Later<T> = T | Promise<T>;
type Nothing = undefined | null;

/** What every hook is given. All of it is frozen: what a hook wants changed, it returns. */
export interface HookContext {
  readonly repo: RepoView;
  readonly queue: Queue;
  /** As resolved when the run began. */
  readonly config: Immutable<ResolvedConfig>;
  /** To stderr, with the hook's name. */
  readonly log: Log;
  /** Aborted when the hook takes too long and when the run is interrupted. */
  readonly signal: AbortSignal;
  /** Bun's shell in the work tree. */
  readonly $: HookShell;
}

/** What hooks that are about a task are given. */
export interface TaskHookContext extends HookContext {
  readonly task: Task;
}

/** How a run ended. */
export type RunSummary = RunEventOf<"run_finished">["payload"] & { readonly exit_code: number };

export interface PhaseHookContext extends TaskHookContext {
  readonly phase: PhaseName;
  /** Counts from 1. */
  readonly iteration: number;
}

/** The hooks of a `cueloop.config.ts`. Each may be async, and is awaited. */
export interface Hooks {
  /** Limit of one call in seconds; 0: none. Default: 60, for `gate` 1800, for `worktreeReady` 600. `onEvent` always has 5. */
  readonly timeout_seconds?: number;
  /** Once, before the first task. `plan`: the tasks that could be worked, in order. */
  runStart?(input: HookContext & { readonly plan: readonly Task[] }): unknown;
  /** Where more than one task could be taken; `candidates` in the default order. */
  selectTask?(input: HookContext & { readonly candidates: readonly Task[] }): Later<string | Nothing>;
  /** Nothing is written yet. `settings`: what hooks before this one want. */
  beforeTask?(
    input: TaskHookContext & { readonly settings: HookSettings },
  ): Later<{ readonly skip?: string; readonly settings?: HookSettings } | Nothing>;
  /** Parallel runs: a worktree is there, its worker was not started. */
  worktreeReady?(input: TaskHookContext & Pick<NewWorktree, "path" | "branch" | "cloneFromMain">): unknown;
  /** The agent of a phase was not started. */
  beforePhase?(
    input: PhaseHookContext & {
      readonly prompt: string;
      readonly settings: { readonly runner: string; readonly model: string; readonly effort: string | null };
    },
  ): Later<{ readonly prompt?: string; readonly settings?: Omit<HookSettings, "phases"> } | Nothing>;
  /** The agent's turn is over. A message goes to the same session, at most three times a phase. */
  afterPhase?(input: PhaseHookContext & { readonly result: PhaseResult }): Later<{ readonly continueWith?: string } | Nothing>;
  /** What work must pass, after the command of `ci_gate` if that is enabled. Without a task where the gate is tried out for none. */
  gate?(
    input: HookContext & { readonly task?: Task; readonly changedFiles: readonly string[]; readonly diff: GatedWork["diff"] },
  ): Later<{ readonly ok: true; readonly output?: string } | { readonly ok: false; readonly output: string }>;
  /** Everything is staged, nothing is committed. */
  beforeCommit?(
    input: TaskHookContext & { readonly message: string; readonly files: readonly string[] },
  ): Later<{ readonly message?: string; readonly refuse?: string } | Nothing>;
  /** Parallel runs: the branch is rebased and gated, the target did not move yet. */
  beforeIntegrate?(
    input: TaskHookContext & Pick<IntegrationPlan, "branch" | "target" | "commits">,
  ): Later<{ readonly refuse?: string } | Nothing>;
  /** Everything about a task is done, or it failed, was rejected or is blocked. */
  afterTask?(
    input: TaskHookContext & {
      readonly outcome: TaskEnding["outcome"];
      readonly commit?: string;
      /** Milliseconds. */
      readonly duration: number;
      readonly usage: UsageTotals | null;
    },
  ): unknown;
  /** The run waits, is blocked or stalls. */
  blocked?(input: HookContext & { readonly blocking: BlockingState }): unknown;
  /** Last of all. */
  runEnd?(input: HookContext & { readonly summary: RunSummary }): unknown;
  /** Everything that happens, in order, one at a time. */
  onEvent?(input: HookContext & { readonly event: StoredRunEvent }): unknown;
}
