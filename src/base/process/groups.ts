import type { Clock } from "../clock.ts";
import { errnoOf } from "../errors.ts";

const LOOK_EVERY_MS = 25;

/** The process groups that are alive, so that all of them can be ended at once. */
export class ProcessGroups {
  readonly #leaders = new Set<number>();

  add(leader: number): void {
    this.#leaders.add(leader);
  }

  remove(leader: number): void {
    this.#leaders.delete(leader);
  }

  /** Sends a signal to every group. */
  killAll(signal: NodeJS.Signals): void {
    for (const leader of this.#leaders) signalGroup(leader, signal);
  }
}

/** Sends a signal to a whole process group; a group that is gone already is fine. */
export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  send(leader, signal);
}

/**
 * Ends a process group that need not be ours: SIGINT, up to `graceMs` (default 1500) for it to go, SIGKILL.
 * Make sure first, by its start time, that the group is still the one you mean.
 */
export async function endGroup(clock: Clock, leader: number, graceMs = 1500): Promise<void> {
  const until = clock.monotonicMs() + graceMs;
  if (!send(leader, "SIGINT")) return;
  while (clock.monotonicMs() < until && send(leader, 0)) await clock.sleep(LOOK_EVERY_MS);
  send(leader, "SIGKILL");
}

/** False when there is no such group. */
function send(leader: number, signal: NodeJS.Signals | 0): boolean {
  // To the system -1 is every process there is, and 0 our own group.
  if (!Number.isInteger(leader) || leader <= 1) return false;
  try {
    process.kill(-leader, signal);
    return true;
  } catch (error) {
    return errnoOf(error) !== "ESRCH";
  }
}
