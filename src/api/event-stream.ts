/** What was told and not read yet, for one reader who comes when they like. */
export class EventStream<T> {
  readonly #waiting: T[] = [];
  #wake: (() => void) | null = null;
  #isOver = false;
  #hasReader = false;

  push(value: T): void {
    this.#waiting.push(value);
    this.#wake?.();
  }

  /** Nothing more will come. */
  end(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  /** Reads to the end. Throws a `RangeError` for a second reader, who would get every other value. */
  read(): AsyncGenerator<T, undefined> {
    if (this.#hasReader) throw new RangeError("The events of a run can be read once.");
    this.#hasReader = true;
    return this.#values();
  }

  async *#values(): AsyncGenerator<T, undefined> {
    for (;;) {
      for (let value = this.#waiting.shift(); value !== undefined; value = this.#waiting.shift()) yield value;
      if (this.#isOver) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
      this.#wake = null;
    }
  }
}
