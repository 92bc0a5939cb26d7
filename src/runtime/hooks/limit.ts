import type { HookName } from "../../config/code.ts";

/** Limit of one call where the hook object sets none, in seconds. */
const DEFAULTS: Partial<Record<HookName, number>> = { gate: 30 * 60, worktreeReady: 10 * 60 };
const DEFAULT_SECONDS = 60;
const EVENT_SECONDS = 5;
/** A run that was interrupted waits no longer than this for a hook. */
const AFTER_INTERRUPT_SECONDS = 5;

/** Milliseconds that one call may take; 0: no limit. */
export function limitOf(name: HookName, set: number | null, interrupted: boolean): number {
  const seconds = name === "onEvent" ? EVENT_SECONDS : (set ?? DEFAULTS[name] ?? DEFAULT_SECONDS);
  if (!interrupted) return seconds * 1000;
  return Math.min(seconds === 0 ? AFTER_INTERRUPT_SECONDS : seconds, AFTER_INTERRUPT_SECONDS) * 1000;
}

/** Turns of the microtask queue that a call is given before its time is measured. */
const MICRO_TURNS = 4;

/** A call that took too long. */
export class HookTimeoutError extends Error {
  constructor(limitMs: number) {
    super(`it took longer than ${limitMs / 1000} s`);
  }
}

/** The run was interrupted while a call was waited for. */
export class HookInterruptedError extends Error {}

/**
 * What the work comes to, or an error when it takes longer than the limit or the run is interrupted; the work's own signal
 * is aborted then. It cannot be ended from outside: what it still does is nobody's to wait for.
 */
export async function limited<T>(
  work: (signal: AbortSignal) => T | Promise<T>,
  { limitMs, signal }: { readonly limitMs: number; readonly signal: AbortSignal },
): Promise<T> {
  const own = new AbortController();
  const isLinked = !signal.aborted;
  const begun = work(own.signal);
  if (!(begun instanceof Promise)) return begun;
  // Most are over before anything else could happen, and need neither timer nor listener.
  let isOver = false;
  const noteEnd = () => {
    isOver = true;
  };
  begun.then(noteEnd, noteEnd);
  for (let turn = 0; turn < MICRO_TURNS; turn += 1) {
    await null;
    if (isOver) return begun;
  }
  const over = Promise.withResolvers<never>();
  const end = (error: Error) => {
    own.abort(error);
    over.reject(error);
  };
  const interrupt = () => end(new HookInterruptedError("the run was interrupted"));
  if (isLinked && signal.aborted) interrupt();
  else if (isLinked) signal.addEventListener("abort", interrupt, { once: true });
  const timer = limitMs > 0 ? setTimeout(() => end(new HookTimeoutError(limitMs)), limitMs) : undefined;
  try {
    return await Promise.race([begun, over.promise]);
  } finally {
    clearTimeout(timer);
    if (isLinked) signal.removeEventListener("abort", interrupt);
  }
}
