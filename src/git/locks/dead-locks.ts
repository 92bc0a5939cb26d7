import { rmSync, statSync } from "node:fs";
import type { GitContext } from "../run.ts";
import { lockHolder } from "./lock-holder.ts";

/** Locks in the git directory of a checkout. */
export const CHECKOUT_LOCKS = ["index.lock", "HEAD.lock", "ORIG_HEAD.lock"] as const;

const LOOK_AGAIN_MS = 200;
/** A process that is just ending cannot be looked at, whoever's it is. */
const LOOKS = 5;

/**
 * Removes lock files that a killed git left: those that nobody has open while no git works in the places, at two looks.
 * Where that cannot be told they stay. Returns what was removed.
 */
export async function removeDeadLocks(ctx: GitContext, locks: readonly string[], places: readonly string[]): Promise<readonly string[]> {
  const dead: string[] = [];
  let doubtful = locks.flatMap((lock) => {
    const made = identityOf(lock);
    return made === null ? [] : [{ lock, made, unheld: 0 }];
  });
  for (let look = 1; doubtful.length > 0 && look <= LOOKS; look += 1) {
    if (look > 1) await ctx.clock.sleep(LOOK_AGAIN_MS, ctx.signal);
    doubtful = doubtful.flatMap(({ lock, made, unheld }) => {
      const holder = identityOf(lock) === made ? lockHolder(lock, places).kind : "process";
      if (holder === "process") return [];
      const times = holder === "none" ? unheld + 1 : unheld;
      if (times < 2) return [{ lock, made, unheld: times }];
      rmSync(lock, { force: true });
      dead.push(lock);
      return [];
    });
  }
  return dead;
}

/** Tells a lock from a later one of the same name; null when there is none. */
function identityOf(lock: string): string | null {
  const stat = statSync(lock, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.ino} ${stat.mtimeNs}`;
}
