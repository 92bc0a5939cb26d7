import type { StatusFacts, WorkerFacts } from "./facts.ts";

/** What the status is about, the most pressing thing alone. */
export type Situation = "lock_live" | "lock_stale" | "lock_unclear" | "none" | "running" | "blocked" | "failed" | "drift" | "idle";

/** The first of these that holds. A live lock is normal while workers are under way. */
export function situationOf({ lock, state, workers }: StatusFacts): Situation {
  const isActive = workers.some(({ standing }) => standing === "active");
  if (lock.kind === "stale") return "lock_stale";
  if (lock.kind === "unclear") return "lock_unclear";
  if (lock.kind === "held" && !isActive) return "lock_live";
  if (state === null) return "none";
  if (isActive) return "running";
  if (workers.some(isBlocked)) return "blocked";
  if (workers.some(isFailed)) return "failed";
  return workers.some((worker) => driftOf(worker) !== null) ? "drift" : "idle";
}

/** Blocked, and nobody has asked for a retry. */
export function isBlocked({ record, standing }: WorkerFacts): boolean {
  return standing === "over" && record.lifecycle === "blocked_push";
}

/** Failed, and nobody has asked for a retry. */
export function isFailed({ record, standing }: WorkerFacts): boolean {
  return standing === "over" && record.lifecycle === "failed";
}

/** What of a worker is not as its record has it, a phrase; null when all is. */
export function driftOf(worker: WorkerFacts): string | null {
  const { record, standing, workspace, marker } = worker;
  if (standing !== "over") return null;
  if (isBlocked(worker)) {
    if (!workspace) return `the worktree ${record.workspace_path} is missing`;
    return marker.kind === "unreadable" ? `the marker of its block cannot be read (${marker.problem})` : null;
  }
  if (workspace) return `the worktree ${record.workspace_path} is still there`;
  return marker.kind === "missing" ? null : "the marker of a block is still there";
}
