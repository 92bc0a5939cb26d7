import { AsyncLocalStorage } from "node:async_hooks";
import { join } from "node:path";
import { CueLoopError, isCueLoopError } from "../../base/errors.ts";
import { type QueueLock, readLockState, waitForQueueLock } from "../../queue/store/lock.ts";
import { holderLines, metadataLine } from "../../queue/store/locking/refusal.ts";
import type { LockContext } from "../../queue/store/locking/state.ts";

/** Whoever holds it for longer than this is not making a worktree or landing a task. */
const PATIENCE_MS = 180_000;

/**
 * Keeps everything that adds, removes or lists worktrees, or moves branches of ours, one after the other: within this
 * object by a queue, between processes by the directory `<git common dir>/cueloop/admin.lock`, which all checkouts of the
 * repository share. One object per run or command.
 */
export class AdminLock {
  readonly #ctx: LockContext & { readonly lockPlace: NonNullable<LockContext["lockPlace"]> };
  readonly #inside = new AsyncLocalStorage<{ active: boolean }>();
  #last: Promise<unknown> = Promise.resolve();
  #beside: Promise<unknown> = Promise.resolve();

  /** @param common absolute path of the git directory that all worktrees share */
  constructor(ctx: LockContext, common: string) {
    const cache = join(common, "cueloop");
    this.#ctx = { ...ctx, lockPlace: { name: "admin lock", lock: join(cache, "admin.lock"), cache, mutex: join(cache, "admin.mutate") } };
  }

  /**
   * Runs `work` while holding the lock; within `work` a further `run` joins it. Waits up to three minutes.
   * Errors: `parallel.admin_lock_held`, `queue.interrupted`, and what `work` throws.
   */
  run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside.getStore()?.active === true) return work();
    const turn = this.#last.then(() => this.#locked(work));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Runs `work` when what was given here before has ended; for what takes long, needs no lock and should have the disk to itself. */
  beside<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#beside.then(work);
    this.#beside = turn.catch(() => undefined);
    return turn;
  }

  async #locked<T>(work: () => Promise<T>): Promise<T> {
    using _lock = await this.#take();
    const held = { active: true };
    try {
      return await this.#inside.run(held, work);
    } finally {
      held.active = false;
    }
  }

  async #take(): Promise<QueueLock> {
    const { clock } = this.#ctx;
    const until = clock.monotonicMs() + PATIENCE_MS;
    for (;;) {
      try {
        return await waitForQueueLock(this.#ctx, "worktrees");
      } catch (error) {
        if (!isCueLoopError(error, "queue.lock_held")) throw error;
        if (clock.monotonicMs() >= until || readLockState(this.#ctx).kind === "unclear") throw this.#held();
      }
    }
  }

  #held(): CueLoopError {
    const state = readLockState(this.#ctx);
    const who = state.holder === null ? [metadataLine(state)] : holderLines(state.holder);
    return new CueLoopError("parallel.admin_lock_held", {
      message: [`The lock on this repository's worktrees is held: ${state.path}`, ...who].join("\n"),
      hint: "Wait until it has finished. If no other CueLoop uses any checkout of this repository, delete that directory.",
      where: { file: state.path },
    });
  }
}
