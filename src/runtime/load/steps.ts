/** An async iterable every step of which is taken by `enter`: a generator's body runs where its steps are asked for. */
export function steps(iterable: AsyncIterable<unknown>, enter: <T>(step: () => T) => T): AsyncIterable<unknown> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = enter(() => iterable[Symbol.asyncIterator]());
      return {
        next: (...args) => enter(() => iterator.next(...args)),
        return: (value) => enter(() => iterator.return?.(value) ?? Promise.resolve({ done: true, value })),
        throw: (error) => enter(() => iterator.throw?.(error) ?? Promise.reject(error)),
      };
    },
  };
}
