import { join } from "node:path";
import { CueLoopError, messageOf } from "../../../base/errors.ts";
import { ensureDirectory, temporaryName } from "../../../base/files.ts";
import { systemReason } from "../staged.ts";
import { clearDeadFile } from "./clear.ts";
import { createExclusive, lockPaths, readQuietly, removeIfThere } from "./files.ts";
import { formatOwner, type LockOwner, ownerHere, parseOwner } from "./owner.ts";
import { pauseBefore } from "./patience.ts";
import type { LockContext } from "./state.ts";

/** The mutex that keeps those who share the queue lock out of each other's read, change and write. */
export interface InnerMutex {
  release(): void;
  [Symbol.dispose](): void;
}

/** Takes the inner mutex, waiting up to 5 s for its holder. Errors: `queue.lock_held`, `queue.interrupted`. */
export async function acquireMutex(ctx: LockContext, label: string, runId?: string): Promise<InnerMutex> {
  const started = ctx.clock.monotonicMs();
  for (let attempts = 1; ; attempts += 1) {
    const me = ownerHere(ctx, label, runId);
    if (tryMutex(ctx, me)) return handle(ctx, me);
    const pause = pauseBefore("short_holder", attempts, ctx.clock.monotonicMs() - started);
    if (pause === null) throw mutexHeld(ctx);
    await ctx.clock.sleep(pause, ctx.signal);
    if (ctx.signal.aborted) {
      throw new CueLoopError("queue.interrupted", { message: "Interrupted while waiting to change the queue; nothing was changed." });
    }
  }
}

function tryMutex(ctx: LockContext, me: LockOwner): boolean {
  const { cache, mutex } = lockPaths(ctx);
  const take = () => createExclusive(mutex, join(cache, temporaryName("lock.mutate")), formatOwner(me, { withPidStart: true }));
  try {
    ensureDirectory(cache);
    if (take()) return true;
    return clearDeadFile(ctx, mutex) && take();
  } catch (error) {
    throw new CueLoopError("queue.lock_failed", {
      message: `The queue cannot be locked for a change with ${mutex}: ${systemReason(error)}`,
      hint: "Nothing was changed. The directory must be writable and the disk must not be full.",
      where: { file: mutex },
    });
  }
}

function handle(ctx: LockContext, me: LockOwner): InnerMutex {
  const { mutex } = lockPaths(ctx);
  const release = () => {
    try {
      const present = parseOwner(readQuietly(mutex) ?? "");
      if (present !== null && present.pid === me.pid && present.startedAt === me.startedAt) removeIfThere(mutex);
    } catch (error) {
      ctx.log.warn(`${mutex} could not be removed: ${messageOf(error)}`);
    }
  };
  return { release, [Symbol.dispose]: release };
}

function mutexHeld(ctx: LockContext): CueLoopError {
  const { mutex } = lockPaths(ctx);
  const owner = parseOwner(readQuietly(mutex) ?? "");
  const holder = owner === null ? "a holder that cannot be read" : `pid ${owner.pid} (${owner.label}: ${owner.command})`;
  return new CueLoopError("queue.lock_held", {
    message: `Queue lock already held: ${mutex} by ${holder}, which shares the lock and has been writing for more than 5 seconds.`,
    hint: `If no other CueLoop uses this repository, \`cueloop queue unlock\` removes the lock and this file.`,
    where: { file: mutex },
  });
}
