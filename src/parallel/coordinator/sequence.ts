/** Runs pieces of work one after the other, in the order they came. */
export class Sequence {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** How many have not ended yet. */
  get length(): number {
    return this.#waiting;
  }

  /** Waits for its turn, then works; what is thrown goes to the caller alone. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const turn = Promise.withResolvers<void>();
    this.#last = turn.promise;
    this.#waiting += 1;
    try {
      await before;
      return await work();
    } finally {
      this.#waiting -= 1;
      turn.resolve();
    }
  }
}
