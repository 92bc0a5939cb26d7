import { renameSync } from "node:fs";
import { formatTimestamp, type Instant } from "../../base/clock.ts";
import { CueLoopError } from "../../base/errors.ts";
import type { RepoContext } from "../../config/context.ts";
import { filesOfTask } from "../files/paths.ts";
import { readResult } from "../files/result-file.ts";
import { readWorkerFile } from "../files/worker-file.ts";
import { isWorkerAlive } from "./liveness.ts";
import { pruneState } from "./prune.ts";
import { type FoundState, readState } from "./read.ts";
import { STATE_VERSION, type StateFile, type WorkerRecord } from "./record.ts";
import { StateStore, statePath, writeState } from "./store.ts";
import { isUnderWay } from "./waiting.ts";

type StateContext = Pick<RepoContext, "runtimeDir" | "log">;

export interface OpenWish {
  /** Short name of the branch the results go to. */
  readonly target: string;
  readonly now: Instant;
}

/**
 * The state for a coordinator that holds the queue lock; it is on the disk when the call returns. One that cannot
 * be read is moved aside with a warning, what is due is dropped, and another target is taken over where nothing
 * is under way for the old one. Errors: `parallel.state_newer`, `parallel.target_changed`.
 */
export function openState(context: StateContext, { target, now }: OpenWish): StateStore {
  const found = readState(context);
  refuseNewer(context, found);
  const started = formatTimestamp(now);
  const fresh = { schema_version: STATE_VERSION, started_at: started, target_branch: target, workers: [] };
  if (found.kind !== "state") {
    if (found.kind === "corrupt") moveAside(context, found.reason, started);
    return stored(context, fresh);
  }
  const { state, dropped } = pruneState(found.state, now);
  for (const record of dropped) context.log.warn(`The record of ${record.task_id} (${record.lifecycle}) is over a day old and is dropped.`);
  if (state.target_branch === target) return stored(context, state);
  const busy = state.workers.filter((record) => isBoundToTarget(context, record));
  if (busy.length > 0) throw targetChanged(context, { state, target, busy });
  const before = state.target_branch === "" ? "named no target" : `had the target ${state.target_branch}`;
  context.log.warn(`${statePath(context.runtimeDir)} ${before}; the results go to ${target} from now on.`);
  return stored(context, { ...state, target_branch: target, started_at: started });
}

/** Refuses a state file that a later program wrote. Error: `parallel.state_newer`. */
export function refuseNewer({ runtimeDir }: Pick<RepoContext, "runtimeDir">, found: FoundState): void {
  if (found.kind !== "newer") return;
  const file = statePath(runtimeDir);
  throw new CueLoopError("parallel.state_newer", {
    message: `${file} has version ${found.version}; this program knows versions up to ${STATE_VERSION}.`,
    hint: "Use the program that wrote it. `cueloop run parallel status` shows what can be understood of it.",
    where: { file },
  });
}

function stored({ runtimeDir }: StateContext, state: StateFile): StateStore {
  writeState(runtimeDir, state);
  return new StateStore(runtimeDir, state);
}

function moveAside({ runtimeDir, log }: StateContext, reason: string, started: string): void {
  const file = statePath(runtimeDir);
  const aside = `${file}.corrupt-${started.replaceAll(":", "-")}`;
  renameSync(file, aside);
  log.warn(`The state of the parallel workers cannot be read: ${reason} It is kept as ${aside}; what the worktrees tell takes its place.`);
}

/** Work that lives, or that is ready to be brought in where it was meant to go. */
function isBoundToTarget({ runtimeDir }: StateContext, record: WorkerRecord): boolean {
  if (!isUnderWay(record)) return false;
  if (record.lifecycle === "integrating" || isWorkerAlive(record)) return true;
  const files = filesOfTask(runtimeDir, record.task_id);
  const step = readWorkerFile(files.worker)?.step;
  return step === "integrating" || step === "ready" || readResult(files.result)?.outcome === "ready";
}

interface Mismatch {
  readonly state: StateFile;
  readonly target: string;
  readonly busy: readonly WorkerRecord[];
}

function targetChanged({ runtimeDir }: StateContext, { state, target, busy }: Mismatch): CueLoopError {
  const file = statePath(runtimeDir);
  const branch = state.target_branch;
  const recorded = branch === "" ? "names no target branch" : `has the target branch ${branch}`;
  const ids = busy.map(({ task_id }) => task_id).join(", ");
  const back = branch === "" ? "" : `Check out ${branch} and start the loop there, so that they can be brought in; or, `;
  const way = `${back === "" ? "When" : `${back}when`} you are certain that nothing of them runs and nothing of them is wanted, delete the file.`;
  return new CueLoopError("parallel.target_changed", {
    message: `The results would go to ${target}, but ${file} ${recorded} and ${busy.length} active worker${busy.length === 1 ? "" : "s"} (${ids}).`,
    hint: way,
    where: { file },
  });
}
