import type { BaseContext } from "../../base/context.ts";

/** Marks a call that took too long. */
export class TimeLimitError extends Error {}

/** The value of a promise, or a `TimeLimitError` when it takes longer. The work itself goes on: nobody can end it from outside. */
export async function withinLimit<T>(context: Pick<BaseContext, "signal">, work: Promise<T>, limitMs: number): Promise<T> {
  const over = Promise.withResolvers<never>();
  const timer = setTimeout(() => over.reject(new TimeLimitError(`took longer than ${limitMs / 1000} s`)), limitMs);
  const interrupt = () => over.reject(new TimeLimitError("was interrupted"));
  context.signal.addEventListener("abort", interrupt, { once: true });
  try {
    return await Promise.race([work, over.promise]);
  } finally {
    clearTimeout(timer);
    context.signal.removeEventListener("abort", interrupt);
  }
}
