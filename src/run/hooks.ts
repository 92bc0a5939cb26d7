import * as v from "valibot";
import type { Compact } from "../base/shape.ts";
import type { HookName } from "../config/code.ts";
import type { RepoContext } from "../config/context.ts";
import type { Task } from "../queue/task.ts";
import type { PhaseName, RunEvent, StoredRunEvent, TaskOutcome, UsageTotals } from "./events.ts";

/** What hooks are called for: a run, or the gate tried out. */
export interface HookHost extends RepoContext {
  /** Null: no run. */
  readonly runId: string | null;
  emit(event: RunEvent): void;
}

const Text = v.pipe(v.string(), v.trim(), v.nonEmpty());

/** How a hook wants a task, or one phase of it, to be worked: below the command line, above the task's own settings. */
export const HookSettings = v.strictObject({
  runner: v.optional(Text),
  model: v.optional(Text),
  effort: v.optional(Text),
  /** How many phases; only before a task begins. */
  phases: v.optional(v.picklist([1, 2, 3])),
});
export type HookSettings = Readonly<Compact<v.InferOutput<typeof HookSettings>>>;

/** What `beforeTask` decided. */
export type TaskVerdict =
  | { readonly kind: "begin"; readonly settings: HookSettings | null }
  /** The task is left as it is. */
  | { readonly kind: "skip"; readonly reason: string };

/** A phase whose prompt is there and whose agent was not started. */
export interface PhaseStart {
  readonly task: Task;
  readonly phase: PhaseName;
  /** Counts from 1. */
  readonly iteration: number;
  readonly prompt: string;
  readonly settings: { readonly runner: string; readonly model: string; readonly effort: string | null };
}

/** What `beforePhase` made of it; `settings` null: they stay. */
export interface PhaseChange {
  readonly prompt: string;
  readonly settings: Omit<HookSettings, "phases"> | null;
}

/** An agent's turn that came to its end in a phase. */
export interface PhaseResult {
  readonly finalText: string | null;
  readonly sessionId: string | null;
  readonly usage: UsageTotals | null;
  readonly exitCode: number | null;
}

export interface PhaseEnd {
  readonly task: Task;
  readonly phase: PhaseName;
  readonly iteration: number;
  readonly result: PhaseResult;
}

/** Work that is held against the gate. */
export interface GatedWork {
  /** Null: the gate is tried out, for no task. */
  readonly task: Task | null;
  /** Where the work is: the root, or the worktree of a commit. */
  readonly cwd: string;
  /** Relative to the root; the queue files left out. */
  changedFiles(): Promise<readonly string[]>;
  /** As a patch. */
  diff(): Promise<string>;
}

/** What one `gate` hook said; `name` tells them apart where there are several. */
export interface GateOpinion {
  readonly name: string;
  readonly ok: boolean;
  /** Empty where it is well. */
  readonly output: string;
}

/** A commit of a task's work that is about to be made. */
export interface CommitPlan {
  readonly task: Task;
  readonly message: string;
  /** Staged paths, relative to the root. */
  readonly files: readonly string[];
}

export type CommitVerdict =
  | { readonly kind: "commit"; readonly message: string }
  /** `reason`: what the hook said, with its name. */
  | { readonly kind: "refuse"; readonly reason: string };

/** A new worktree of a parallel run, seeded and set up. */
export interface NewWorktree {
  readonly task: Task;
  /** Absolute. */
  readonly path: string;
  readonly branch: string;
  /**
   * Copies a path of the main checkout, relative to its root, to the same place in the worktree, sharing blocks until one
   * side is written. Errors: `parallel.clone_refused`; `parallel.clone_unsupported` unless `copy` allows a plain copy.
   */
  cloneFromMain(path: string, options?: { readonly copy?: boolean }): Promise<void>;
}

/** A worker's branch that is rebased and gated. */
export interface IntegrationPlan {
  readonly task: Task;
  readonly branch: string;
  readonly target: string;
  /** Tip of the branch. */
  readonly tip: string;
  /** Oldest first; those the target does not have. */
  readonly commits: readonly { readonly commit: string; readonly subject: string }[];
}

/** How a task's attempt ended. */
export interface TaskEnding {
  readonly task: Task;
  readonly outcome: TaskOutcome | "blocked";
  readonly commit: string | null;
  /** Milliseconds. */
  readonly durationMs: number;
  readonly usage: UsageTotals | null;
}

/**
 * The user's hooks, as a run calls them. A hook that throws, takes too long or returns what it may not is the error
 * `hook.failed`, with the user's file and line, where the method says so; otherwise a warning of the run. Every method
 * with a promise may also throw `run.interrupted`.
 */
export interface RunHooks {
  /** Whether there is a hook of this name, so that what it would be given need not be found out. */
  has(name: HookName): boolean;
  /** Takes an event for `onEvent` and `blocked`, which are called in order, and before any later hook. Never throws. */
  observe(event: StoredRunEvent): void;
  /** Error: `hook.failed`. */
  runStart(plan: readonly Task[]): Promise<void>;
  /** One of the candidates; null: the default order. */
  selectTask(candidates: readonly Task[]): Promise<Task | null>;
  /** Error: `hook.failed`. */
  beforeTask(task: Task): Promise<TaskVerdict>;
  /** Error: `hook.failed`. */
  worktreeReady(worktree: NewWorktree): Promise<void>;
  /** Error: `hook.failed`. */
  beforePhase(phase: PhaseStart): Promise<PhaseChange>;
  /** A message to send to the agent's session; null: none. Error: `hook.failed`. */
  afterPhase(phase: PhaseEnd): Promise<string | null>;
  /** Those after the first that is not well are not asked. */
  gate(work: GatedWork): Promise<readonly GateOpinion[]>;
  beforeCommit(plan: CommitPlan): Promise<CommitVerdict>;
  /** Asked once for each tip; why it must not be brought in, or null. */
  beforeIntegrate(plan: IntegrationPlan): Promise<string | null>;
  afterTask(ending: TaskEnding): Promise<void>;
  /** The run is over: what is left for `onEvent`, then `runEnd`. A second call does nothing. */
  close(): Promise<void>;
}

/** A run without hooks. */
export const NO_HOOKS: RunHooks = {
  has: () => false,
  observe() {},
  async runStart() {},
  selectTask: async () => null,
  beforeTask: async () => ({ kind: "begin", settings: null }),
  async worktreeReady() {},
  beforePhase: async ({ prompt }) => ({ prompt, settings: null }),
  afterPhase: async () => null,
  gate: async () => [],
  beforeCommit: async ({ message }) => ({ kind: "commit", message }),
  beforeIntegrate: async () => null,
  async afterTask() {},
  async close() {},
};
