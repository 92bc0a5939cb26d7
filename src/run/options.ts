import type { RepoContext } from "../config/context.ts";
import type { BlockingState } from "../queue/blocking.ts";
import type { LoopOutcome } from "./events.ts";
import type { FailedTask } from "./undo/give-up.ts";
import type { WaitSettings } from "./wait/settings.ts";

export type PhaseNumber = 1 | 2 | 3;
export type RevertMode = "ask" | "enabled" | "disabled";
export type PublishMode = "off" | "commit" | "commit_and_push";
export type RepoPromptMode = "tools" | "plan" | "off";

/** Longest wait for one usage limit that can be asked for. */
export const LONGEST_LIMIT_WAIT_HOURS = 168;
export const LONGEST_MESSAGE_BYTES = 16 * 1024;
export const MOST_WORKERS = 255;

/** What the command line says about the agent of one phase, or of all of them. */
export interface AgentChoice {
  readonly runner?: string;
  readonly model?: string;
  readonly effort?: string;
}

/** Settings of one invocation that rank above the task's and the configuration's. */
export interface AgentOverrides extends AgentChoice {
  readonly phases?: Partial<Record<PhaseNumber, AgentChoice>>;
  /** `output_format`, `verbosity`, `approval_mode`, `sandbox`, `plan_mode`, `unsupported_option_policy` as typed. */
  readonly runnerOptions?: Readonly<Record<string, string>>;
}

export interface RunSettings {
  readonly agent: AgentOverrides;
  readonly phaseCount?: PhaseNumber;
  readonly includeDraft: boolean;
  /** Also take tasks that agents made during this run. */
  readonly includeNew: boolean;
  /** Skip the clean-repository check. */
  readonly force: boolean;
  readonly repoPrompt?: RepoPromptMode;
  readonly revertMode?: RevertMode;
  /** A failed task is put aside and the loop goes on. */
  readonly keepGoing?: boolean;
  readonly publishMode?: PublishMode;
  /** Agent turns per task; null: the default of the task's shape. */
  readonly maxTurns: number | null;
  /** Longest wait for one usage limit, in hours; 0 fails at once. */
  readonly limitWaitHours: number;
  /** What is wrong with files that Git LFS keeps is an error before the gate, not a warning. */
  readonly lfsCheck: boolean;
}

export interface RunOneOptions extends RunSettings {
  /** Go on with an interrupted task where that is safe, without asking. */
  readonly resume?: boolean;
  readonly id?: string;
  /** A remark of the person's for the agent. */
  readonly message?: string;
}

export interface RunLoopOptions extends RunSettings {
  /** Go on with an interrupted task where that is safe, without asking. */
  readonly resume?: boolean;
  /** 0: no limit. */
  readonly maxTasks: number;
  /** A remark of the person's for the agent of the interrupted task; without such a task an error. */
  readonly message?: string;
  /** What the loop does when nothing is runnable. */
  readonly wait: WaitSettings;
}

export type RunOneResult =
  | {
      readonly kind: "ran";
      readonly taskId: string;
      readonly title: string;
      readonly outcome: "done" | "rejected";
      readonly commit: string | null;
    }
  | { readonly kind: "no_candidates" | "blocked"; readonly blocking: BlockingState | null; readonly notes: readonly string[] };

export interface RunLoopResult {
  readonly outcome: Exclude<LoopOutcome, "failed">;
  /** Tasks that failed while the loop went on, in order. */
  readonly failed: readonly FailedTask[];
  readonly attempted: number;
  readonly succeeded: number;
  readonly blocking: BlockingState | null;
  readonly notes: readonly string[];
}

/** The publish mode of a run. */
export function publishModeOf(context: Pick<RepoContext, "config">, run: RunSettings): PublishMode {
  return run.publishMode ?? context.config.agent.git_publish_mode;
}
