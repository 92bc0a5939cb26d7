import { renameSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../../../base/errors.ts";
import { ensureDirectory, sha256, temporaryName } from "../../../base/files.ts";
import { createExclusive, fileTimes, listDirectory, lockPaths, readQuietly, removeIfThere, removeTree } from "./files.ts";
import { formatOwner, ownerHere, parseOwner } from "./owner.ts";
import { judgeHere, type LockContext, type LockState, readLockState } from "./state.ts";

/** An unreadable file of ours is being written while it is younger than this. */
const WRITING_MS = 2000;
/** What a clearing that was killed left behind is swept after this long. */
const SWEEP_MS = 3_600_000;

/**
 * Removes a lock that was judged stale, and only that one: true when it is gone by our hand.
 * False means somebody else acts on it, or that it is no longer the same; look again.
 * Must not be called inside a run.
 */
export function clearStaleLock(ctx: LockContext, judged: LockState): boolean {
  const { lock, cache } = lockPaths(ctx);
  if (judged.abandoned) return removeEmpty(lock);
  return underGuard(ctx, judged.identity, () => {
    const present = readLockState(ctx);
    if (present.kind !== "stale" || present.identity !== judged.identity) return false;
    const aside = join(cache, `lock.stale-${digestOf(judged.identity)}`);
    removeTree(aside);
    renameSync(lock, aside);
    removeTree(aside);
    return true;
  });
}

/** Removes a file of ours (the inner mutex, a guard) whose writer is dead: true when it is gone by our hand. */
export function clearDeadFile(ctx: LockContext, path: string): boolean {
  const text = readQuietly(path);
  if (text === null || !isDeadFile(ctx, path, text)) return false;
  return underGuard(ctx, `${path}\n${text}`, () => {
    if (readQuietly(path) !== text) return false;
    removeIfThere(path);
    return true;
  });
}

/** Whether the file's writer is dead; inside a run nothing ever is. */
export function isDeadFile(ctx: LockContext, path: string, text: string): boolean {
  if (ctx.insideRun !== null) return false;
  const owner = parseOwner(text);
  if (owner !== null) return judgeHere(false, owner).state === "dead";
  const times = fileTimes(path);
  return times !== null && Number(ctx.clock.now() / 1_000_000n) - times.changedMs > WRITING_MS;
}

/** Deletes leftovers of clearings that were killed. Called by whoever has just taken the lock. */
export function sweepClearings(ctx: LockContext): void {
  const { cache } = lockPaths(ctx);
  const nowMs = Number(ctx.clock.now() / 1_000_000n);
  for (const name of listDirectory(cache) ?? []) {
    if (!name.startsWith("lock.stale-") && !name.startsWith("lock.clear-")) continue;
    const times = fileTimes(join(cache, name));
    if (times !== null && nowMs - times.changedMs > SWEEP_MS) removeTree(join(cache, name));
  }
}

/**
 * Runs `act` as the only one of all contenders that clears this dead content. The guard's name belongs to
 * the dead content, so a slow contender that judged it earlier finds the guard taken, or, once inside, something else.
 */
function underGuard(ctx: LockContext, dead: string, act: () => boolean): boolean {
  const { cache } = lockPaths(ctx);
  ensureDirectory(cache);
  const guard = join(cache, `lock.clear-${digestOf(dead)}`);
  const text = formatOwner(ownerHere(ctx, "clear"), { withPidStart: true });
  if (!createExclusive(guard, join(cache, temporaryName("lock.clear")), text)) {
    clearDeadFile(ctx, guard);
    return false;
  }
  try {
    return act();
  } finally {
    removeIfThere(guard);
  }
}

function removeEmpty(directory: string): boolean {
  try {
    rmdirSync(directory);
    return true;
  } catch (error) {
    const code = errnoOf(error);
    if (code === "ENOTEMPTY" || code === "EEXIST" || code === "ENOENT") return false;
    throw error;
  }
}

function digestOf(text: string): string {
  return sha256(text).slice(0, 24);
}
