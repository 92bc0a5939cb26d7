import { type Instant, parseTimestamp } from "../../../base/clock.ts";
import type { Liveness } from "../../../base/identity.ts";
import type { LockOwner, Place } from "./owner.ts";

/**
 * What is known of a lock's holder:
 * - `live`: its process runs here, or must be taken to run;
 * - `dead`: the lock is stale and may be cleared;
 * - `indeterminate`: cannot be told from here, treated as live.
 */
export interface Judgement {
  readonly state: "live" | "dead" | "indeterminate";
  readonly reason: "inside_run" | "process" | "other_boot" | "elsewhere";
}

export interface StalenessFacts {
  /** Inside a run no lock is ever judged stale. */
  readonly insideRun: boolean;
  readonly us: Place;
  readonly owner: Pick<LockOwner, "host" | "bootId" | "pidNs">;
  /** What the pid says on this machine; asked only where pids can be compared. */
  readonly liveness: () => Liveness;
}

/** Judges the holder of a lock by where it lives, then by its process. The first fitting row decides. */
export function judgeOwner({ insideRun, us, owner, liveness }: StalenessFacts): Judgement {
  const byPid = (): Judgement => {
    const alive = liveness();
    return { state: alive === "running" ? "live" : alive === "dead" ? "dead" : "indeterminate", reason: "process" };
  };
  const sameNamespace = owner.pidNs === us.pidNs;
  if (insideRun) return { state: "live", reason: "inside_run" };
  if (owner.host === null && owner.bootId === null && owner.pidNs === null) return byPid();
  if (owner.bootId !== null && owner.bootId === us.bootId && sameNamespace) return byPid();
  if (owner.host === us.host && owner.bootId !== null && us.bootId !== null && owner.bootId !== us.bootId) {
    return { state: "dead", reason: "other_boot" };
  }
  if (owner.host === us.host && (owner.bootId === null || us.bootId === null) && sameNamespace) return byPid();
  return { state: "indeterminate", reason: "elsewhere" };
}

const MINUTE = 60_000_000_000n;
const REVIEW_AGE = 7n * 24n * 60n * MINUTE;
const CLOCK_SKEW = 5n * MINUTE;

export type ReviewMarker = "PID REUSE REVIEW" | "OWNER TIME REVIEW";

/** A hint, never a reason to clear: a holder that is not dead but whose start time looks wrong or very old. */
export function reviewMarker(judgement: Judgement, startedAt: string, now: Instant): ReviewMarker | null {
  if (judgement.state === "dead") return null;
  const started = parseTimestamp(startedAt);
  if (started === null || started.instant > now + CLOCK_SKEW) return "OWNER TIME REVIEW";
  return now - started.instant > REVIEW_AGE ? "PID REUSE REVIEW" : null;
}
