import { rmSync, statSync } from "node:fs";
import { lockHolder } from "./lock-holder.ts";
import type { GitContext } from "./run.ts";

const LOOK_AGAIN_MS = 200;

/**
 * Removes lock files that a killed git left: those that nobody has open while no git works in the places, at two looks.
 * Where that cannot be told they stay. Returns what was removed.
 */
export async function removeDeadLocks(ctx: GitContext, locks: readonly string[], places: readonly string[]): Promise<readonly string[]> {
  const isDead = (lock: string) => lockHolder(lock, places).kind === "none";
  const seen = locks.flatMap((lock) => {
    const made = identityOf(lock);
    return made !== null && isDead(lock) ? [{ lock, made }] : [];
  });
  if (seen.length === 0) return [];
  await ctx.clock.sleep(LOOK_AGAIN_MS, ctx.signal);
  const dead = seen.filter(({ lock, made }) => identityOf(lock) === made && isDead(lock)).map(({ lock }) => lock);
  for (const lock of dead) rmSync(lock, { force: true });
  return dead;
}

/** Tells a lock from a later one of the same name; null when there is none. */
function identityOf(lock: string): string | null {
  const stat = statSync(lock, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.ino} ${stat.mtimeNs}`;
}
