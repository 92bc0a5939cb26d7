import type { LoadedRepo } from "../config/resolve.ts";

export interface RunUse {
  /** Where the repository is looked for, upwards; left out: the working directory. */
  readonly dir?: string;
  readonly profile?: string;
  /** Aborted when the run is to stop. */
  readonly signal: AbortSignal;
}

/** What the module `cueloop` needs of the process it runs in. */
export interface ApiHost {
  /** Absolute path of the running executable. */
  readonly executable: string;
  /** The repository at or above a directory, to read and change its queue. */
  openForQueue(dir: string | undefined): Promise<LoadedRepo>;
  /** The repository for a run: what it may start is trusted, and what dead runs left over is gone. */
  openForRun(use: RunUse): Promise<LoadedRepo>;
  /** Calls `stop` when the process is told to end, instead of ending, until it is disposed. */
  onInterrupt(stop: () => void): Disposable;
}
