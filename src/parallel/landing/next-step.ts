/** Where the local target and its remote stand; null: there is none. */
export interface Tips {
  readonly local: string;
  readonly remote: string | null;
  readonly localInRemote: boolean;
  readonly remoteInLocal: boolean;
}

/** The commit that results have to stand on; null when neither side contains the other. */
export function chooseBase({ local, remote, localInRemote, remoteInLocal }: Tips): string | null {
  if (remote === null || remoteInLocal) return local;
  return localInRemote ? remote : null;
}

export interface LandingFacts {
  readonly outcome: "ready" | "rejected";
  /** The target is in the history of the work. */
  readonly isUpToDate: boolean;
  /** The work has commits, and all of them are in the target. */
  readonly isContained: boolean;
  /** What the target has and the work has not concerns the queue files alone. */
  readonly onlyBooks: boolean;
  /** The target's done file has the task; false where git does not keep the books. */
  readonly isFinishedThere: boolean;
  /** A commit of the target that archived the task for this very attempt; looked for only where it is finished there. */
  readonly archivedBy: string | null;
}

export type LandingStep =
  /** An earlier try got this far and could not write it down. */
  | "landed_before"
  | "done_elsewhere"
  | "go_on"
  /** Only queue files changed on the target: no new gate is needed. */
  | "rebase"
  | "behind";

/** What comes next for a result, by what the target has become meanwhile. */
export function nextLandingStep(facts: LandingFacts): LandingStep {
  if (facts.isFinishedThere) return facts.archivedBy === null ? "done_elsewhere" : "landed_before";
  if (facts.outcome === "rejected" || facts.isUpToDate) return "go_on";
  if (facts.onlyBooks && !facts.isContained) return "rebase";
  return "behind";
}

export interface InterruptedFacts {
  /** Results are pushed. */
  readonly isPushed: boolean;
  /** The remote had said that it has it. */
  readonly isAcknowledged: boolean;
  /** The remote has what was to be pushed. */
  readonly isOnRemote: boolean;
  /** The local target has it. */
  readonly isOnTarget: boolean;
  /** The local target is where it was before the landing. */
  readonly isTargetUnmoved: boolean;
}

export type InterruptedStep =
  /** Books and record remain. */
  | "finish"
  /** The branch remains to be moved, as the remote has the work. */
  | "advance"
  /** Nothing of it counts: from the beginning. */
  | "land_again";

/** How a landing is gone on with that its process did not survive. */
export function afterInterruption(facts: InterruptedFacts): InterruptedStep {
  if (facts.isOnTarget) return "finish";
  if (facts.isPushed) return facts.isOnRemote || facts.isAcknowledged ? "advance" : "land_again";
  return facts.isTargetUnmoved ? "advance" : "land_again";
}
