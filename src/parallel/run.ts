import type { QueueLock } from "../queue/store/lock.ts";
import type { RunContext } from "../run/context.ts";
import type { PublishMode, RunSettings } from "../run/options.ts";
import type { StateStore } from "./state/store.ts";

/** Where the results of a parallel run go. */
export interface Target {
  /** Short name of the branch. */
  readonly branch: string;
  /** True with `--target`: the branch is not the one the coordinator's checkout is on. */
  readonly elsewhere: boolean;
  /** Where it is pushed to; null unless the publish mode is `commit_and_push`. */
  readonly remote: { readonly name: string; readonly branch: string } | null;
}

/** One parallel run, as its coordinator sees it. */
export interface ParallelRun {
  /** Of the coordinator's checkout. */
  readonly context: RunContext;
  /** The queue lock of the coordinator's checkout, held until the run ends. */
  readonly lock: QueueLock;
  readonly target: Target;
  readonly mode: PublishMode;
  /** Who keeps the queue files: `git` where both are tracked, else the coordinator reconciles. */
  readonly books: "git" | "coordinator";
  /** Absolute path of the git directory that all worktrees share. */
  readonly common: string;
  /** Absolute parent of the worktrees. */
  readonly workspaceRoot: string;
  /** What a worker's branch is called before the task's id. */
  readonly branchPrefix: string;
  readonly state: StateStore;
  readonly run: RunSettings;
}
