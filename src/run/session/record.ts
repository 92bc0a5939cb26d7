import { formatTimestamp, type Instant } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { RunContext } from "../context.ts";
import { isSavedSession, removeSession, type SessionFile, writeSession } from "./session-file.ts";
import { type RunStep, removeSidecar, type Sidecar, writeSidecar } from "./sidecar.ts";

export interface SessionChange {
  readonly session?: Partial<SessionFile>;
  readonly sidecar?: Partial<Sidecar>;
}

type RecordContext = Pick<RunContext, "clock" | "runtimeDir" | "emit">;

/** Nanoseconds after which a file is written again though nothing but the time in it would change. */
const OLD = 60_000_000_000n;

/**
 * The saved state of the task in progress. The sidecar is written whenever it changes; the session file, whose keys
 * change from phase to phase at most, only with them, once a minute, or when somebody else touched it. Failing to save
 * only warns, once.
 */
export class SessionRecord {
  readonly #context: RecordContext;
  #session: SessionFile;
  #sidecar: Sidecar;
  /** As they are in their files; null: not written yet. */
  #saved: { readonly session: SessionFile; readonly sidecar: Sidecar; readonly at: Instant } | null = null;
  #warned = false;

  constructor(context: RecordContext, session: SessionFile, sidecar: Sidecar) {
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
    this.note(change);
    this.#save();
  }

  /** Changes what the next update saves: for what has no effect before that. */
  note(change: SessionChange): void {
    this.#session = { ...this.#session, ...change.session };
    this.#sidecar = { ...this.#sidecar, ...change.sidecar };
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
    const at = this.#context.clock.now();
    const saved = this.#saved;
    const isOld = saved === null || at - saved.at >= OLD;
    try {
      const sidecar = this.#saveSidecar(isOld ? null : saved.sidecar, at);
      const session = this.#saveSession(isOld ? null : saved.session, at);
      this.#saved = { sidecar, session, at: isOld ? at : saved.at };
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

  #saveSidecar(saved: Sidecar | null, at: Instant): Sidecar {
    if (saved !== null && Bun.deepEquals({ ...this.#sidecar, updated_at: saved.updated_at }, saved)) return saved;
    this.#sidecar = { ...this.#sidecar, updated_at: formatTimestamp(at) };
    // What follows a step, or an undo that began, is durable: so must be that it was begun.
    const isStep = saved?.step !== this.#sidecar.step || saved.undoing !== this.#sidecar.undoing;
    writeSidecar(this.#context.runtimeDir, this.#sidecar, isStep);
    return this.#sidecar;
  }

  #saveSession(saved: SessionFile | null, at: Instant): SessionFile {
    const { runtimeDir } = this.#context;
    const isSame = saved !== null && Bun.deepEquals({ ...this.#session, last_updated_at: saved.last_updated_at }, saved);
    if (isSame && isSavedSession(runtimeDir, saved)) return saved;
    this.#session = { ...this.#session, last_updated_at: formatTimestamp(at) };
    writeSession(runtimeDir, this.#session);
    return this.#session;
  }
}
