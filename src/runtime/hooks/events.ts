import { isCueLoopError, messageOf } from "../../base/errors.ts";
import type { BlockingState } from "../../queue/blocking.ts";
import type { StoredRunEvent } from "../../run/events.ts";
import type { HookHost } from "../../run/hooks.ts";
import { frozenCopy } from "../queue/frozen.ts";
import { type HookCaller, type HookFunction, TOGETHER_MS } from "./caller.ts";

/** A hook that takes too long this often in a row is not called again: a run would wait for it at every event. */
const MOST_TIMEOUTS = 3;

/** Calls `onEvent` and `blocked` for the events of a run: in order, and one at a time. */
export class EventHooks {
  readonly #host: HookHost;
  readonly #caller: HookCaller;
  readonly #onEvent: readonly Listener[];
  readonly #blocked: readonly HookFunction<"blocked">[];
  /** In order: an event once for each listener. */
  readonly #waiting: Item[] = [];
  /** Ends when everything that was taken so far has been told. */
  #told: Promise<void> = Promise.resolve();
  #isTelling = false;

  constructor(host: HookHost, caller: HookCaller) {
    this.#host = host;
    this.#caller = caller;
    this.#onEvent = caller.of("onEvent").map((hook) => ({ hook, warned: false, failed: 0 }));
    this.#blocked = caller.of("blocked");
  }

  take(event: StoredRunEvent): void {
    if (this.#onEvent.length === 0 && (this.#blocked.length === 0 || event.kind !== "blocked_state_changed")) return;
    const copy = frozenCopy(event);
    for (const listener of this.#onEvent) this.#waiting.push({ kind: "event", listener, event: copy });
    if (copy.kind === "blocked_state_changed") this.#waiting.push({ kind: "blocked", blocking: copy.payload });
    if (!this.#isTelling) this.#told = this.#tellAll();
  }

  /** Resolves when the hooks have seen every event that was taken before this call. */
  settled(): Promise<void> {
    return this.#told;
  }

  async #tellAll(): Promise<void> {
    this.#isTelling = true;
    // Whoever emits an event goes on first.
    await this.#caller.ready();
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (next.kind === "blocked") {
        this.#waiting.shift();
        await this.#tellBlocked(next.blocking);
        continue;
      }
      // Most hear it at once, and a wait for nothing is dear ten thousand times.
      const pending = this.#tellSome();
      if (pending !== null) await pending;
    }
    this.#isTelling = false;
  }

  /** Tells what is heard at once; what the next event has to wait for, or null. */
  #tellSome(): Promise<void> | null {
    const { clock } = this.#host;
    const from = clock.monotonicMs();
    const now: { listener: Listener | null; from: number; pending: Promise<void> | null } = { listener: null, from, pending: null };
    const isEnded = this.#caller.together(() => {
      for (let next = this.#waiting[0]; next?.kind === "event" && now.pending === null; next = this.#waiting[0]) {
        now.from = clock.monotonicMs();
        if (now.from - from >= TOGETHER_MS) return;
        this.#waiting.shift();
        now.listener = next.listener;
        now.pending = this.#hear(next.listener, next.event, now.from);
      }
    });
    if (isEnded && now.listener !== null) this.#failed(now.listener, this.#caller.endedTogether(now.listener.hook), now.from);
    return now.pending;
  }

  /** @returns null: it is over. Never throws, and never rejects */
  #hear(listener: Listener, event: StoredRunEvent, from: number): Promise<void> | null {
    if (listener.failed >= MOST_TIMEOUTS) return null;
    try {
      const hearing = this.#caller.tell(listener.hook, event);
      if (hearing !== null) return this.#heard(listener, hearing, from);
      listener.failed = 0;
    } catch (error) {
      this.#failed(listener, error, from);
    }
    return null;
  }

  async #heard(listener: Listener, hearing: Promise<void>, from: number): Promise<void> {
    try {
      await hearing;
      listener.failed = 0;
    } catch (error) {
      this.#failed(listener, error, from);
    }
  }

  #failed(listener: Listener, error: unknown, from: number): void {
    if (isCueLoopError(error, "run.interrupted")) return;
    listener.failed = this.#host.clock.monotonicMs() - from >= LONG_MS ? listener.failed + 1 : 0;
    if (!listener.warned) this.#warn(messageOf(error));
    listener.warned = true;
    if (listener.failed === MOST_TIMEOUTS)
      this.#warn(`The hook ${listener.hook.label} took too long ${MOST_TIMEOUTS} times in a row; it is not called again in this run.`);
  }

  async #tellBlocked(blocking: BlockingState): Promise<void> {
    for (const hook of this.#blocked) {
      try {
        await this.#caller.call(hook, { blocking }, { task: null });
      } catch (error) {
        if (!isCueLoopError(error, "run.interrupted")) this.#warn(messageOf(error));
      }
    }
  }

  #warn(message: string): void {
    this.#host.emit({ kind: "warning", message: this.#host.redact(message) });
  }
}

type Item =
  | { readonly kind: "event"; readonly listener: Listener; readonly event: StoredRunEvent }
  | { readonly kind: "blocked"; readonly blocking: BlockingState };

interface Listener {
  readonly hook: HookFunction<"onEvent">;
  /** Its failure was told. */
  warned: boolean;
  /** Time limits it ran into, one after the other. */
  failed: number;
}

/** Only a time limit makes a call of `onEvent` this long. */
const LONG_MS = 4_900;
