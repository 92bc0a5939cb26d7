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
  try {
    process.kill(-leader, signal);
  } catch {
    return;
  }
}
