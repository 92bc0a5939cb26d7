import { join } from "node:path";
import { CueLoopError } from "../../base/errors.ts";
import { writeAtomic } from "../../base/files.ts";
import { STATE_VERSION, type StateFile, type WorkerRecord } from "./record.ts";

/** `.cueloop/cache/parallel/state.json`. */
export function statePath(runtimeDir: string): string {
  return join(runtimeDir, "cache", "parallel", "state.json");
}

/** Writes the state file. Keys without a value are left out. */
export function writeState(runtimeDir: string, state: StateFile): void {
  const tidy = { ...withoutEmpty(state), schema_version: STATE_VERSION, workers: state.workers.map(withoutEmpty) };
  writeAtomic(statePath(runtimeDir), `${JSON.stringify(tidy, null, 2)}\n`);
}

function withoutEmpty(value: WorkerRecord | StateFile): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null && item !== undefined));
}

/** The state of a parallel run as its coordinator holds it: every change is on the disk when the call returns. */
export class StateStore {
  readonly #runtimeDir: string;
  #state: StateFile;

  constructor(runtimeDir: string, state: StateFile) {
    this.#runtimeDir = runtimeDir;
    this.#state = state;
  }

  get state(): StateFile {
    return this.#state;
  }

  get records(): readonly WorkerRecord[] {
    return this.#state.workers;
  }

  find(taskId: string): WorkerRecord | null {
    return this.#state.workers.find((record) => record.task_id.trim() === taskId.trim()) ?? null;
  }

  /** The record of a task that must have one. */
  require(taskId: string): WorkerRecord {
    const record = this.find(taskId);
    if (record === null) throw new CueLoopError("parallel.no_record", { message: `${taskId} has no record among the workers.` });
    return record;
  }

  /** Adds a record, or puts it in the place of the one for the same task. */
  upsert(record: WorkerRecord): WorkerRecord {
    const index = this.#state.workers.findIndex(({ task_id }) => task_id.trim() === record.task_id.trim());
    const workers = index < 0 ? [...this.#state.workers, record] : this.#state.workers.with(index, record);
    this.replace({ ...this.#state, workers });
    return record;
  }

  /** Changes keys of a task's record; null removes one. */
  patch(taskId: string, change: Partial<WorkerRecord>): WorkerRecord {
    return this.upsert({ ...this.require(taskId), ...change });
  }

  drop(taskId: string): void {
    this.replace({ ...this.#state, workers: this.#state.workers.filter(({ task_id }) => task_id.trim() !== taskId.trim()) });
  }

  /** Puts another state in the place of this one. */
  replace(state: StateFile): void {
    writeState(this.#runtimeDir, state);
    this.#state = state;
  }
}
