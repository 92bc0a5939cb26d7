import type { HookName } from "../../config/code.ts";
import type { EndableCalls } from "./endable.ts";

/** Limit of one call where the hook object sets none, in seconds. */
const DEFAULTS: Partial<Record<HookName, number>> = { gate: 30 * 60, worktreeReady: 10 * 60 };
const DEFAULT_SECONDS = 60;
const EVENT_SECONDS = 5;
/** A run that was interrupted waits no longer than this for a hook. */
const AFTER_INTERRUPT_SECONDS = 5;
/** The longest that a timer can be set to, 24 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** Milliseconds that one call may take; 0: no limit. */
export function limitOf(name: HookName, set: number | null, interrupted: boolean): number {
  const seconds = name === "onEvent" ? EVENT_SECONDS : (set ?? DEFAULTS[name] ?? DEFAULT_SECONDS);
  if (!interrupted) return Math.min(seconds * 1000, LONGEST_MS);
  return Math.min(seconds === 0 ? AFTER_INTERRUPT_SECONDS : seconds, AFTER_INTERRUPT_SECONDS) * 1000;
}

/** Turns of the microtask queue that a call is given before its time is measured. */
const MICRO_TURNS = 4;

/** How long a signal to this process itself is waited for. */
const PASSED_ON_MS = 1_000;

/** A call that took too long. */
export class HookTimeoutError extends Error {
  constructor(limitMs: number) {
    super(`it took longer than ${limitMs / 1000} s`);
  }
}

/** The run was interrupted while a call was waited for. */
export class HookInterruptedError extends Error {}

/** What limits a call. */
export interface Limits {
  readonly limitMs: number;
  /** The run's own. */
  readonly signal: AbortSignal;
  readonly calls: EndableCalls;
}

/** The signal of one call, made when it is asked for: most calls never look at theirs. */
export class OwnSignal {
  #controller: AbortController | null = null;
  #reason: Error | null = null;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#reason !== null) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }

  abort(reason: Error): void {
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}

/**
 * What the work comes to, or an error when it takes longer than the limit or the run is interrupted; the work's own signal
 * is aborted then. Before its first wait it is ended; after that it cannot be: what it still does is nobody's to wait for.
 */
export async function limited<T>(work: (own: OwnSignal) => T | PromiseLike<T>, { limitMs, signal, calls }: Limits): Promise<T> {
  const own = new OwnSignal();
  const run = signal.aborted ? null : signal;
  const first = calls.run(() => work(own), { limitMs, byInterrupt: true });
  if (first.kind === "timeout") {
    const error = new HookTimeoutError(limitMs);
    own.abort(error);
    throw error;
  }
  if (first.kind === "interrupted") {
    const error = new HookInterruptedError("the run was interrupted");
    own.abort(error);
    await passOnInterrupt(signal);
    throw error;
  }
  return isThenable(first.value) ? waited(Promise.resolve(first.value), own, { limitMs, signal: run }) : first.value;
}

/**
 * Waits for what has begun, no longer than the limit and the run.
 * @param limits `signal` null: the run was interrupted before
 */
export async function waited<T>(
  begun: Promise<T>,
  own: OwnSignal,
  { limitMs, signal }: { readonly limitMs: number; readonly signal: AbortSignal | null },
): Promise<T> {
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
  if (signal?.aborted === true) interrupt();
  else signal?.addEventListener("abort", interrupt, { once: true });
  const timer = limitMs > 0 ? setTimeout(() => end(new HookTimeoutError(limitMs)), limitMs) : undefined;
  try {
    return await Promise.race([begun, over.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", interrupt);
  }
}

/** Whoever waits for Ctrl-C in this process is still to hear of it. */
async function passOnInterrupt(signal: AbortSignal): Promise<void> {
  const heard = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => heard.resolve(), { once: true });
  const timer = setTimeout(heard.resolve, PASSED_ON_MS);
  process.kill(process.pid, "SIGINT");
  if (!signal.aborted) await heard.promise;
  clearTimeout(timer);
}

/** True for a promise, and for what is waited for like one. */
export function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
