/** A place in a sequence. */
export interface Place {
  /** Resolves when everybody before has left. */
  readonly turn: Promise<void>;
  /** Lets the next one go on; a second call does nothing. */
  leave(): void;
}

/** Lets one after the other go on, in the order they came. */
export class Sequence {
  #last: Promise<void> = Promise.resolve();

  /** Takes the last place. */
  enter(): Place {
    const turn = this.#last;
    const left = Promise.withResolvers<void>();
    this.#last = turn.then(() => left.promise);
    return { turn, leave: () => left.resolve() };
  }

  /** Waits for its turn, then works; what is thrown goes to the caller alone. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const place = this.enter();
    try {
      await place.turn;
      return await work();
    } finally {
      place.leave();
    }
  }
}
