import type { Clock } from "./clock.ts";

/** Waits for a promise, but not longer than so many milliseconds; true when it was settled by then. Leaves no timer behind. */
export async function within(clock: Pick<Clock, "sleep">, milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  const over = new AbortController();
  try {
    const settled = promise.then(
      () => true,
      () => true,
    );
    return await Promise.race([settled, clock.sleep(milliseconds, over.signal).then(() => false)]);
  } finally {
    over.abort();
  }
}
