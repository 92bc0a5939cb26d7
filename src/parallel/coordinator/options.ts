import type { BlockingState } from "../../queue/blocking.ts";
import type { LoopOutcome } from "../../run/events.ts";
import type { RunSettings } from "../../run/options.ts";
import type { TypedForWorker } from "../worker/arguments.ts";

export interface ParallelOptions extends RunSettings, TypedForWorker {
  /** Workers at a time, 1 or more. */
  readonly workers: number;
  /** 0: no limit. Counts workers that were started. */
  readonly maxTasks: number;
  /** Branch the results go to; null: the one that is checked out. */
  readonly target: string | null;
}

/** How a task of a parallel run ended. */
export interface TaskEnd {
  readonly taskId: string;
  readonly title: string;
  readonly kind: "landed" | "held" | "rejected" | "blocked" | "failed";
  /** The commit of the work, on the target. */
  readonly commit: string | null;
  readonly branch: string | null;
  readonly worktree: string | null;
  /** Ref that keeps unfinished work. */
  readonly salvage: string | null;
  /** Why it is blocked or failed. */
  readonly reason: string | null;
  /** What a person can do about the reason. */
  readonly hint: string | null;
}

export interface ParallelResult {
  readonly outcome: Exclude<LoopOutcome, "failed">;
  readonly target: string;
  /** The target is not the branch that is checked out. */
  readonly elsewhere: boolean;
  readonly tasks: readonly TaskEnd[];
  /** Files that somebody edited in the coordinator's checkout meanwhile. */
  readonly edited: readonly string[];
  readonly blocking: BlockingState | null;
  /** For the person, one line each. */
  readonly notes: readonly string[];
}
