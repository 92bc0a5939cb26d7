import { formatTimestamp } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { RunContext } from "../context.ts";
import { removeSession, type SessionFile, writeSession } from "./session-file.ts";
import { type RunStep, removeSidecar, type Sidecar, writeSidecar } from "./sidecar.ts";

export interface SessionChange {
  readonly session?: Partial<SessionFile>;
  readonly sidecar?: Partial<Sidecar>;
}

/** The saved state of the task in progress: both files, kept in step. Failing to save only warns, once. */
export class SessionRecord {
  readonly #context: RunContext;
  #session: SessionFile;
  #sidecar: Sidecar;
  #warned = false;

  constructor(context: RunContext, session: SessionFile, sidecar: Sidecar) {
    this.#context = context;
    this.#session = session;
    this.#sidecar = sidecar;
    this.#save();
  }

  get session(): SessionFile {
    return this.#session;
  }

  get sidecar(): Sidecar {
    return this.#sidecar;
  }

  update(change: SessionChange): void {
    this.#session = { ...this.#session, ...change.session };
    this.#sidecar = { ...this.#sidecar, ...change.sidecar };
    this.#save();
  }

  /** Back to an earlier step: what was recorded of the archive holds no longer. */
  goBack(step: RunStep): void {
    const {
      task_doing: _doing,
      tree: _tree,
      tree_after: _after,
      evidence: _evidence,
      message: _message,
      commit: _commit,
      ...rest
    } = this.#sidecar;
    this.#sidecar = { ...rest, step };
    this.#save();
  }

  remove(): void {
    removeSession(this.#context.runtimeDir);
    removeSidecar(this.#context.runtimeDir);
  }

  #save(): void {
    const now = formatTimestamp(this.#context.clock.now());
    this.#session = { ...this.#session, last_updated_at: now };
    this.#sidecar = { ...this.#sidecar, updated_at: now };
    try {
      writeSidecar(this.#context.runtimeDir, this.#sidecar);
      writeSession(this.#context.runtimeDir, this.#session);
    } catch (error) {
      if (this.#warned) return;
      this.#warned = true;
      this.#context.emit({
        kind: "warning",
        task_id: this.#session.task_id,
        message: `The session file cannot be written: ${messageOf(error)}`,
      });
    }
  }
}
