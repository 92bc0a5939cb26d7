import { existsSync, renameSync, rmdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { CueLoopError, errnoOf, messageOf } from "../../base/errors.ts";
import { ensureDirectory, removeStaleTemps, temporaryName } from "../../base/files.ts";
import { clearStaleLock, sweepClearings } from "./locking/clear.ts";
import { listDirectory, lockPaths, makeDirectory, readQuietly, removeIfThere, writeNewFile } from "./locking/files.ts";
import { formatOwner, type LockOwner, ownerHere, parseOwner } from "./locking/owner.ts";
import { type Obstacle, pauseBefore } from "./locking/patience.ts";
import { lockHeld } from "./locking/refusal.ts";
import { type LockContext, type LockHolder, type LockState, readLockState } from "./locking/state.ts";
import { systemReason } from "./staged.ts";

export { isLockLive, type LockState, readLockState } from "./locking/state.ts";

/** A queue lock this process holds, or shares with a supervisor. */
export interface QueueLock {
  readonly label: string;
  /** Shared with a supervisor that owns it; writers then also take the inner mutex. */
  readonly joined: boolean;
  /** Gives the lock back; a second call does nothing. */
  release(): void;
  [Symbol.dispose](): void;
}

export interface LockOptions {
  /** False: fail at once when somebody holds the lock, however briefly. Default true. */
  readonly wait?: boolean;
  /** The run the holder is or belongs to. */
  readonly runId?: string;
}

/** The label whose holders share the lock of a supervisor. */
export const SHARED_LABEL = "task";

const SUPERVISORS: ReadonlySet<string> = new Set(["run one", "run loop"]);
const LONG_HOLDERS: ReadonlySet<string> = new Set([...SUPERVISORS, "daemon", "daemon start", "daemon serve"]);

type Attempt =
  | { readonly kind: "acquired"; readonly lock: QueueLock }
  | { readonly kind: "obstacle"; readonly obstacle: Obstacle; readonly state: LockState }
  | { readonly kind: "refused"; readonly state: LockState };

/**
 * Takes the queue lock, blocking the thread for up to 5 s while somebody holds it for a moment.
 * Errors: `queue.lock_held`, `queue.lock_failed` (the directory cannot be written).
 */
export function acquireQueueLock(ctx: LockContext, label: string, options: LockOptions = {}): QueueLock {
  const attempts = attemptsOf(ctx, label, options);
  for (;;) {
    const step = attempts.next();
    if (step.done === true) return step.value;
    Bun.sleepSync(step.value);
  }
}

/** As `acquireQueueLock`, but waits without blocking the thread and gives up when the context's signal aborts. */
export async function waitForQueueLock(ctx: LockContext, label: string, options: LockOptions = {}): Promise<QueueLock> {
  const attempts = attemptsOf(ctx, label, options);
  for (;;) {
    const step = attempts.next();
    if (step.done === true) return step.value;
    await ctx.clock.sleep(step.value, ctx.signal);
    if (ctx.signal.aborted)
      throw new CueLoopError("queue.interrupted", { message: "Interrupted while waiting for the queue lock; nothing was changed." });
  }
}

/** Attempts until the lock is taken; yields the pauses to make between them, in milliseconds. */
function* attemptsOf(ctx: LockContext, label: string, options: LockOptions): Generator<number, QueueLock> {
  let obstacle: Obstacle | null = null;
  let since = 0;
  for (let attempts = 1; ; attempts += 1) {
    const attempt = tryQueueLock(ctx, label, options.runId);
    if (attempt.kind === "acquired") return attempt.lock;
    if (attempt.kind === "refused") throw lockHeld(attempt.state);
    if (options.wait === false && attempt.obstacle === "short_holder") throw lockHeld(attempt.state);
    if (attempt.obstacle !== obstacle) {
      obstacle = attempt.obstacle;
      since = ctx.clock.monotonicMs();
    }
    const pause = pauseBefore(obstacle, attempts, ctx.clock.monotonicMs() - since);
    if (pause === null) throw lockHeld(attempt.state);
    yield pause;
  }
}

function tryQueueLock(ctx: LockContext, label: string, runId: string | undefined): Attempt {
  const { lock, name } = lockPaths(ctx);
  try {
    const state = readLockState(ctx);
    if (state.kind === "free") return acquired(ctx, enter(ctx, ownerHere(ctx, label, runId), null));
    if (state.kind === "stale") return afterClearing(ctx, state);
    if (state.kind === "unclear") return state.ageMs < 2000 ? { kind: "obstacle", obstacle: "forming", state } : { kind: "refused", state };
    if (state.owner !== null && mayJoin(label.trim(), state.owner, ctx)) {
      return acquired(ctx, enter(ctx, ownerHere(ctx, label, runId), state.owner.owner));
    }
    const short = state.holder !== null && !LONG_HOLDERS.has(state.holder.owner.label);
    return short ? { kind: "obstacle", obstacle: "short_holder", state } : { kind: "refused", state };
  } catch (error) {
    if (error instanceof CueLoopError) throw error;
    throw new CueLoopError("queue.lock_failed", {
      message: `The ${name} ${lock} cannot be taken: ${systemReason(error)}`,
      hint: "Nothing was changed. The directory must be writable and the disk must not be full.",
      where: { file: lock },
    });
  }
}

function acquired(ctx: LockContext, lock: QueueLock | null): Attempt {
  return lock === null ? changing(ctx) : { kind: "acquired", lock };
}

/**
 * Puts our owner file into the lock directory: a new one, or the one of the supervisor we join. The file is written
 * elsewhere and moved in, so that nobody reads half of it and a kill in between leaves proof that nobody holds the lock.
 * Null when somebody else was first, or the supervisor is gone.
 */
function enter(ctx: LockContext, me: LockOwner, supervisor: LockOwner | null): QueueLock | null {
  const { lock, cache } = lockPaths(ctx);
  const prepared = join(cache, temporaryName("lock"));
  ensureDirectory(cache);
  writeNewFile(prepared, formatOwner(me), { sync: true });
  try {
    if (supervisor === null && !makeDirectory(lock)) return null;
    const file = join(lock, me.label === SHARED_LABEL ? sharerName(lock) : "owner");
    if (!movedIn(prepared, file, lock)) return null;
    if (supervisor !== null && !isStillHeldBy(lock, supervisor)) {
      removeIfThere(file);
      removeWhenEmpty(lock);
      return null;
    }
    tidy(ctx);
    return lockHandle(ctx, file, me, supervisor !== null);
  } finally {
    removeIfThere(prepared);
  }
}

function movedIn(prepared: string, file: string, lock: string): boolean {
  try {
    renameSync(prepared, file);
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    removeWhenEmpty(lock);
    throw error;
  }
}

function isStillHeldBy(lock: string, supervisor: LockOwner): boolean {
  const present = parseOwner(readQuietly(join(lock, "owner")) ?? "");
  return present !== null && isSameHolder(present, supervisor);
}

function lockHandle(ctx: LockContext, file: string, me: LockOwner, joined: boolean): QueueLock {
  let released = false;
  const release = () => {
    if (released) return;
    released = true;
    leave(ctx, file, me);
  };
  return { label: me.label, joined, release, [Symbol.dispose]: release };
}

/** Deletes what killed processes left; failing to do so harms nobody. */
function tidy(ctx: LockContext): void {
  const { cache } = lockPaths(ctx);
  try {
    sweepClearings(ctx);
    const folders = new Set([
      cache,
      join(cache, "undo"),
      join(cache, "undo-redo"),
      ctx.runtimeDir,
      dirname(ctx.queuePath),
      dirname(ctx.donePath),
    ]);
    for (const folder of folders) if (existsSync(folder)) removeStaleTemps(folder);
  } catch (error) {
    ctx.log.debug(`Leftovers of killed commands were not removed: ${messageOf(error)}`);
  }
}

function afterClearing(ctx: LockContext, state: LockState): Attempt {
  try {
    if (clearStaleLock(ctx, state)) {
      const who = state.holder === null ? "an interrupted command" : `pid ${state.holder.owner.pid}, ${state.holder.owner.label}`;
      ctx.log.info(`Cleared the stale ${lockPaths(ctx).name} of a dead process (${who}).`);
    }
  } catch (error) {
    ctx.log.warn(`The stale ${lockPaths(ctx).name} ${state.path} could not be cleared: ${messageOf(error)}`);
    return { kind: "refused", state };
  }
  return changing(ctx, state);
}

function changing(ctx: LockContext, state: LockState = readLockState(ctx)): Attempt {
  return { kind: "obstacle", obstacle: "changing", state };
}

/** A single-task command shares the lock of a supervisor, and of the `task update` whose agent it is. */
function mayJoin(label: string, holder: LockHolder, ctx: LockContext): boolean {
  if (label !== SHARED_LABEL || holder.judgement.state === "dead") return false;
  const { owner } = holder;
  if (SUPERVISORS.has(owner.label)) return true;
  return owner.label === "task update" && owner.runId !== null && owner.runId === (ctx.insideRun?.runId ?? null);
}

/** `owner_task_<pid>_<n>` with the first `n` that is free. */
function sharerName(lock: string): string {
  const taken = new Set(listDirectory(lock) ?? []);
  let count = 0;
  while (taken.has(`owner_task_${process.pid}_${count}`)) count += 1;
  return `owner_task_${process.pid}_${count}`;
}

function isSameHolder(a: LockOwner, b: LockOwner): boolean {
  return a.pid === b.pid && a.startedAt === b.startedAt;
}

/**
 * Gives the lock back: our file goes, and the directory with it unless others still share it.
 * The file is moved out before it is deleted, for the same proof as in `enter`. Never throws.
 */
function leave(ctx: LockContext, file: string, me: LockOwner): void {
  const { lock, cache, name } = lockPaths(ctx);
  const moved = join(cache, temporaryName("lock"));
  try {
    const present = parseOwner(readQuietly(file) ?? "");
    if (present === null || !isSameHolder(present, me)) {
      ctx.log.warn(`The ${name} ${lock} is no longer ours: it was removed while it was held.`);
      return;
    }
    renameSync(file, moved);
    if (!removeUnlessShared(lock)) ctx.log.warn(`The ${name} ${lock} could not be removed.${wayOutOf(ctx)}`);
    removeIfThere(moved);
  } catch (error) {
    ctx.log.warn(`The ${name} ${lock} could not be given back: ${messageOf(error)}`);
  }
}

function wayOutOf(ctx: LockContext): string {
  return ctx.lockPlace === undefined ? " `cueloop queue unlock` removes it." : " Delete the directory when nobody uses it.";
}

function removeUnlessShared(lock: string): boolean {
  for (const pause of [10, 50, null]) {
    if ((listDirectory(lock) ?? []).some((name) => name === "owner" || name.startsWith("owner_task_"))) return true;
    if (removeWhenEmpty(lock)) return true;
    if (pause !== null) Bun.sleepSync(pause);
  }
  return false;
}

/** Removes the lock directory if it is empty; true when it is gone. */
function removeWhenEmpty(lock: string): boolean {
  try {
    rmdirSync(lock);
    return true;
  } catch (error) {
    return errnoOf(error) === "ENOENT";
  }
}
