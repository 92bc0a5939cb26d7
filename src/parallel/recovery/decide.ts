import { isTerminal, type WorkerRecord } from "../state/record.ts";
import { isRetryWaiting } from "../state/waiting.ts";

/** What is found of a task that an earlier run had a worker for. No process of it lives any more. */
export interface Remains {
  readonly record: WorkerRecord;
  /**
   * `whole`: git knows the worktree and its directory is there; `half`: making it was never finished; `directory_gone`:
   * git knows it, its directory is missing; `none`: git knows none.
   */
  readonly worktree: "whole" | "half" | "directory_gone" | "none";
  /** Only the integration is left. */
  readonly phasesFinished: boolean;
  /** Whether its directory's parent is there: else the whole place may be on a disk that is not mounted. */
  readonly placeExists: boolean;
}

/**
 * - `leave`: nothing to do.
 * - `drop`: nothing was begun; record, branch and what there is of a worktree go.
 * - `give_up`: the phases were not finished; the work goes under a salvage ref.
 * - `bring_in`: the work is finished; the run brings it in.
 * - `clear`: the task is finished and something of it was left.
 * - `lost`: the worktree was deleted by hand; what git still has of it is kept.
 * - `report`: it cannot be seen at the moment, so nothing is touched.
 */
export type RecoveryAction = "leave" | "drop" | "give_up" | "bring_in" | "clear" | "lost" | "report";

/** What becomes of a task that an earlier run had a worker for. */
export function decideRecovery({ record, worktree, phasesFinished, placeExists }: Remains): RecoveryAction {
  if (worktree === "directory_gone" && !placeExists) return "report";
  if (isRetryWaiting(record)) return worktree === "directory_gone" ? "lost" : "leave";
  if (isTerminal(record)) {
    if (record.lifecycle === "blocked_push") return worktree === "directory_gone" ? "lost" : "leave";
    return worktree === "none" ? "leave" : "clear";
  }
  if (worktree === "half") return "drop";
  if (worktree === "directory_gone") return "lost";
  if (worktree === "none") return phasesFinished ? "lost" : "drop";
  if (phasesFinished) return "bring_in";
  return record.step === "creating" || record.step === "ready" ? "drop" : "give_up";
}
