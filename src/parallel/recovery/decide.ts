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
  /** Its branch or its run directory is there. */
  readonly hasTraces: boolean;
  /** Only the integration is left. */
  readonly phasesFinished: boolean;
  /** Whether its directory's parent is there: else the whole place may be on a disk that is not mounted. */
  readonly placeExists: boolean;
}

/**
 * - `leave`: nothing to do.
 * - `drop`: no work was finished; what there is goes under a salvage ref, then record, branch and worktree go.
 * - `give_up`: the phases were begun and not finished; as `drop`, and the record says that the attempt failed.
 * - `bring_in`: the work is finished; the run brings it in.
 * - `clear`: the task has ended and something of it was left.
 * - `lost`: the worktree was deleted by hand; what git still has of it is kept.
 * - `report`: it cannot be seen at the moment, so nothing is touched.
 */
export type RecoveryAction = "leave" | "drop" | "give_up" | "bring_in" | "clear" | "lost" | "report";

/** What becomes of a task that an earlier run had a worker for. */
export function decideRecovery({ record, worktree, hasTraces, phasesFinished, placeExists }: Remains): RecoveryAction {
  if (worktree === "directory_gone" && !placeExists) return "report";
  if (isRetryWaiting(record) || record.lifecycle === "blocked_push") return worktree === "directory_gone" ? "lost" : "leave";
  if (isTerminal(record)) {
    if (worktree !== "none") return "clear";
    return hasTraces && record.integration !== "held" ? "clear" : "leave";
  }
  if (worktree === "directory_gone") return "lost";
  if (worktree === "none") return phasesFinished ? "lost" : "drop";
  if (worktree === "half") return "drop";
  if (phasesFinished) return "bring_in";
  return record.step === "creating" || record.step === "ready" ? "drop" : "give_up";
}
