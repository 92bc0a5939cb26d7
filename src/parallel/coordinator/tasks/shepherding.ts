import type { ParallelRun } from "../../run.ts";
import type { AdminLock } from "../../worktree/admin-lock.ts";
import type { ParallelOptions } from "../options.ts";
import type { Footprint } from "../scheduling/overlaps.ts";
import type { Sequence } from "../sequence.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Ears } from "../workers/work.ts";

/** What takes care of the tasks in flight, and what they share. */
export interface Shepherding {
  readonly run: ParallelRun;
  readonly admin: AdminLock;
  readonly options: ParallelOptions;
  readonly ears: Ears;
  /** Who may move the target, one at a time. */
  readonly landings: Sequence;
  readonly surroundings: Surroundings;
  /** Looks at the coordinator's checkout, and what changes it: one at a time. */
  readonly looks: Sequence;
  /** What the tasks that landed had changed. */
  readonly footprints: Footprint[];
  /** A worker has finished its work: another task may begin. */
  freed(): void;
  /** Resolves after the time, or as soon as nothing but waiting tasks is left: with true then. */
  pause(milliseconds: number): Promise<boolean>;
}
