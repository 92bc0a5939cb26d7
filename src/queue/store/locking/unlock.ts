import { renameSync } from "node:fs";
import { join } from "node:path";
import { ensureDirectory, sha256 } from "../../../base/files.ts";
import { isDeadFile } from "./clear.ts";
import { lockPaths, readQuietly, removeIfThere, removeTree } from "./files.ts";
import type { LockContext, LockState } from "./state.ts";

/** Removes the lock directory whoever holds it, in one step, and the inner mutex where `force` is given or its holder is dead. */
export function removeQueueLock(ctx: LockContext, state: LockState, force: boolean): void {
  const { lock, cache } = lockPaths(ctx);
  if (state.kind !== "free") {
    ensureDirectory(cache);
    const aside = join(cache, `lock.stale-${sha256(`${state.identity}${ctx.clock.now()}`).slice(0, 24)}`);
    renameSync(lock, aside);
    removeTree(aside);
  }
  removeMutex(ctx, force);
}

function removeMutex(ctx: LockContext, force: boolean): void {
  const { mutex } = lockPaths(ctx);
  const text = readQuietly(mutex);
  if (text !== null && (force || isDeadFile(ctx, mutex, text))) removeIfThere(mutex);
}
