import { isCueLoopError, messageOf } from "../../base/errors.ts";
import type { RunEventOf, StoredRunEvent } from "../../run/events.ts";
import type { HookHost } from "../../run/hooks.ts";
import { frozenCopy } from "../queue/frozen.ts";
import type { HookCaller, HookFunction } from "./caller.ts";

/** A hook that takes too long this often in a row is not called again: a run would wait for it at every event. */
const MOST_TIMEOUTS = 3;

/** Calls `onEvent` and `blocked` for the events of a run: in order, and one at a time. */
export class EventHooks {
  readonly #host: HookHost;
  readonly #caller: HookCaller;
  readonly #onEvent: readonly Listener[];
  readonly #blocked: readonly HookFunction<"blocked">[];
  /** Ends when everything that was taken so far has been told. */
  #told: Promise<void> = Promise.resolve();

  constructor(host: HookHost, caller: HookCaller) {
    this.#host = host;
    this.#caller = caller;
    this.#onEvent = caller.of("onEvent").map((hook) => ({ hook, warned: false, failed: 0 }));
    this.#blocked = caller.of("blocked");
  }

  take(event: StoredRunEvent): void {
    if (this.#onEvent.length === 0 && (this.#blocked.length === 0 || event.kind !== "blocked_state_changed")) return;
    const copy = frozenCopy(event);
    this.#told = this.#told.then(() => this.#tell(copy));
  }

  /** Resolves when the hooks have seen every event that was taken before this call. */
  settled(): Promise<void> {
    return this.#told;
  }

  async #tell(event: StoredRunEvent): Promise<void> {
    for (const listener of this.#onEvent) await this.#hear(listener, event);
    if (event.kind === "blocked_state_changed") await this.#tellBlocked(event);
  }

  async #hear(listener: Listener, event: StoredRunEvent): Promise<void> {
    if (listener.failed >= MOST_TIMEOUTS) return;
    const from = this.#host.clock.monotonicMs();
    try {
      await this.#caller.call(listener.hook, { event }, { task: null, fresh: false });
      listener.failed = 0;
    } catch (error) {
      if (isCueLoopError(error, "run.interrupted")) return;
      listener.failed = this.#host.clock.monotonicMs() - from >= LONG_MS ? listener.failed + 1 : 0;
      if (!listener.warned) this.#warn(messageOf(error));
      listener.warned = true;
      if (listener.failed === MOST_TIMEOUTS)
        this.#warn(`The hook ${listener.hook.label} took too long ${MOST_TIMEOUTS} times in a row; it is not called again in this run.`);
    }
  }

  async #tellBlocked({ payload }: RunEventOf<"blocked_state_changed">): Promise<void> {
    for (const hook of this.#blocked) {
      try {
        await this.#caller.call(hook, { blocking: payload }, { task: null });
      } catch (error) {
        if (!isCueLoopError(error, "run.interrupted")) this.#warn(messageOf(error));
      }
    }
  }

  #warn(message: string): void {
    this.#host.emit({ kind: "warning", message: this.#host.redact(message) });
  }
}

interface Listener {
  readonly hook: HookFunction<"onEvent">;
  /** Its failure was told. */
  warned: boolean;
  /** Time limits it ran into, one after the other. */
  failed: number;
}

/** Only a time limit makes a call of `onEvent` this long. */
const LONG_MS = 4_900;
