import type { ProcessGroups } from "../base/process.ts";
import type { RepoContext } from "../config/context.ts";
import type { Provenance } from "../config/provenance.ts";
import type { TrustState } from "../config/trust/state.ts";
import type { RunClaims } from "./claims/run-claims.ts";
import type { DebugLog } from "./debug/debug-log.ts";
import { enveloped, type PhaseName, type RunEvent, type StoredRunEvent } from "./events.ts";
import type { GatePlan } from "./gate/plan.ts";
import type { RunHooks } from "./hooks.ts";
import type { ProcessRegistry } from "./processes/registry.ts";
import type { ResumeQuestion } from "./resume/decide.ts";
import type { Questions } from "./undo/question.ts";

export type AskResume = (question: ResumeQuestion) => Promise<boolean>;

export type RunMode = "one" | "loop";

/** One observer of a run; it gets every event, in order, and must not throw. */
export type RunObserver = (event: StoredRunEvent) => void;

/** What the run's functions act with: the repository and the run itself. */
export interface RunContext extends RepoContext {
  /** UUIDv7. */
  readonly runId: string;
  /** Marks the run's git calls as its own. */
  readonly gitEnv: Readonly<Record<string, string>>;
  readonly mode: RunMode;
  /** Where each configured value comes from. */
  readonly provenance: Provenance;
  readonly trust: TrustState;
  /** The gate, as it was configured when the run started. */
  readonly gate: GatePlan;
  /** The user's hooks. */
  readonly hooks: RunHooks;
  /** Absolute path of the running executable; its directory leads the `PATH` of every child. */
  readonly executable: string;
  /** Every process group of this run that is alive, so that a second Ctrl-C can end them. */
  readonly groups: ProcessGroups;
  readonly processes: ProcessRegistry;
  /** Which tasks are this run's among all checkouts of the repository. */
  readonly claims: RunClaims;
  /** Processes that asked to be kept and were named already. */
  readonly keptProcesses: Set<number>;
  /** Doubts about settings that were told already; another task with the same ones does not repeat them. */
  readonly warnedOf: Set<string>;
  /** Where everything is kept as it came; null without `--debug`. */
  readonly debug: DebugLog | null;
  /** Runs whose interrupted task this one goes on with. */
  readonly resumedRuns: Set<string>;
  /** Asks the person what becomes of an interrupted task; null: nobody can be asked. Error when the question is cancelled. */
  readonly askResume: AskResume | null;
  /** Whether a person can be asked what becomes of a failed task's changes. */
  readonly questions: Questions;
  /** Waits until a turn may begin; left out: at once. Error when the wait is interrupted. */
  readonly holdTurn?: (turn: HeldTurn) => Promise<void>;
  /** Tasks whose work is finished and not brought in, by id, with what brings it in; they are taken only by name. */
  readonly heldBack: () => ReadonlyMap<string, string>;
  emit(event: RunEvent): void;
}

/** A turn that is about to begin. */
export interface HeldTurn {
  readonly taskId: string;
  readonly phase: PhaseName;
  /** Id of the runner. */
  readonly runner: string;
}

/** An `emit` that stamps events and hands them to every observer in turn. */
export function emitTo(context: Pick<RepoContext, "clock">, mode: RunMode, observers: readonly RunObserver[]): (event: RunEvent) => void {
  return (event) => {
    const stored = enveloped(event, mode, context.clock.now());
    for (const observer of observers) observer(stored);
  };
}
