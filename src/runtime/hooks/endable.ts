import { AsyncLocalStorage } from "node:async_hooks";
import type { Script } from "node:vm";

export interface EndableOptions {
  /** 0: no limit. */
  readonly limitMs: number;
  /** Ctrl-C ends it too; costs a thread for the call. */
  readonly byInterrupt: boolean;
}

/** What became of a call. `interrupted`: Ctrl-C ended it, and nobody else has heard of that. */
export type Ended<T> = { readonly kind: "returned"; readonly value: T } | { readonly kind: "timeout" } | { readonly kind: "interrupted" };

/** Where the script that is ended finds what it is to call. */
const SLOT = "__cueloopCall";

/**
 * Calls functions so that they can be ended while they keep the thread to themselves, which no timer and no signal handler
 * could do. What a function does after its first wait is a call of its own, and out of reach.
 */
export class EndableCalls {
  #script: Script | null = null;

  /** Throws what `work` throws. */
  run<T>(work: () => T, { limitMs, byInterrupt }: EndableOptions): Ended<T> {
    if (limitMs === 0 && !byInterrupt) return { kind: "returned", value: work() };
    let returned: Ended<T> | null = null;
    const before: unknown = Reflect.get(globalThis, SLOT);
    Reflect.set(globalThis, SLOT, () => {
      returned = { kind: "returned", value: work() };
    });
    const from = performance.now();
    try {
      const options = { breakOnSigint: byInterrupt, ...(limitMs === 0 ? {} : { timeout: Math.ceil(limitMs) }) };
      // What is ended puts nothing back, the name it ran under for one: that is done from outside.
      AsyncLocalStorage.snapshot()(() => this.#ready().runInThisContext(options));
    } catch (thrown) {
      const code = thrown instanceof Error ? Reflect.get(thrown, "code") : undefined;
      if (code === "ERR_SCRIPT_EXECUTION_INTERRUPTED") return { kind: "interrupted" };
      // A script of the function's own has a limit of its own.
      if (code === "ERR_SCRIPT_EXECUTION_TIMEOUT" && limitMs > 0 && performance.now() - from >= limitMs) return { kind: "timeout" };
      throw thrown;
    } finally {
      Reflect.set(globalThis, SLOT, before);
    }
    return returned ?? { kind: "timeout" };
  }

  #ready(): Script {
    this.#script ??= new (process.getBuiltinModule("node:vm").Script)(`${SLOT}()`);
    return this.#script;
  }
}
