import { AsyncLocalStorage } from "node:async_hooks";
import type { Log } from "../../base/context.ts";
import { CueLoopError } from "../../base/errors.ts";
import { isAsyncIterable } from "../../base/shape.ts";
import type { UserFunction } from "../../config/code.ts";
import { CODE_FILE } from "../../config/code-file.ts";
import { REALM_NAME } from "../closure/bundler.ts";
import { type Print, userConsole, userStream } from "./realm-output.ts";
import { steps } from "./steps.ts";

/** The globals as user code has them: what it prints goes to the log under a name, and it cannot end the process. */
export interface UserRealm {
  /** Runs user code under a name, which stands before what it prints: `hooks.gate`. What it awaits keeps the name. */
  run<T>(name: string, body: () => T): T;
  /** The function under a name; where it gives an async iterable, each of its steps too. `self`: what `this` is in it. */
  wrap(name: string, body: UserFunction, self: unknown): UserFunction;
  /** Runs code whose own globals are out of reach otherwise, `globalThis.process.exit` for one; only while nothing of ours runs beside it. */
  guard<T>(body: () => Promise<T>): Promise<T>;
}

/** Makes the realm of this process's user code; a later one takes the place of an earlier one. */
export function createRealm(log: Log): UserRealm {
  const names = new AsyncLocalStorage<string>();
  const print: Print = (level, text) => {
    for (const line of text.replace(/\n$/, "").split("\n")) log[level](`[${names.getStore() ?? CODE_FILE}] ${line}`);
  };
  const console = userConsole(print);
  Reflect.set(globalThis, REALM_NAME, { console, process: userProcess(print), Bun: userBun() });
  divert(globalThis.console, console, () => names.getStore() !== undefined);
  divert(process, { exit: refuseExit }, () => names.getStore() !== undefined);
  const run = <T>(name: string, body: () => T): T => names.run(name, body);
  return {
    run,
    wrap:
      (name, body, self) =>
      (...args) => {
        const result: unknown = run(name, () => Reflect.apply(body, self, [...args]));
        return isAsyncIterable(result) ? steps(result, (step) => run(name, step)) : result;
      },
    guard: (body) => guarded(console, body),
  };
}

async function guarded<T>(console: object, body: () => Promise<T>): Promise<T> {
  const before = { console: globalThis.console, exit: process.exit };
  Reflect.set(globalThis, "console", console);
  Reflect.set(process, "exit", refuseExit);
  try {
    return await body();
  } finally {
    Reflect.set(globalThis, "console", before.console);
    Reflect.set(process, "exit", before.exit);
  }
}

/**
 * Has the members of an object that user code reaches by another way, `globalThis.console` or an import of `node:process`,
 * do what those of its own do, as long as user code runs.
 */
function divert(object: object, own: object, isUser: () => boolean): void {
  for (const [name, member] of Object.entries(own)) {
    const former: unknown = Reflect.get(object, name);
    if (typeof former !== "function" || typeof member !== "function") continue;
    Reflect.set(object, name, (...args: unknown[]) => Reflect.apply(isUser() ? member : former, object, args));
  }
}

function refuseExit(): never {
  throw new CueLoopError("runtime.exit", { message: "process.exit() is not for configuration: return, or throw an error." });
}

function userProcess(print: Print): object {
  const streams = new Map<PropertyKey, unknown>();
  return new Proxy(process, {
    get(target, key) {
      if (key === "exit" || key === "reallyExit" || key === "abort") return refuseExit;
      if (key !== "stdout" && key !== "stderr") return Reflect.get(target, key);
      if (!streams.has(key)) streams.set(key, userStream(print));
      return streams.get(key);
    },
  });
}

function userBun(): object {
  // Not a proxy of Bun itself: its own properties cannot be given another value.
  return new Proxy(Object.create(Bun), { get: (_target, key) => Reflect.get(Bun, key === "stdout" ? "stderr" : key) });
}
