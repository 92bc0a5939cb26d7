import { describe, expect, test } from "bun:test";
import type { Log } from "../../../src/base/context.ts";
import { isCueLoopError } from "../../../src/base/errors.ts";
import { isAsyncIterable } from "../../../src/base/shape.ts";
import { REALM_NAME } from "../../../src/runtime/closure/bundler.ts";
import { createRealm } from "../../../src/runtime/load/realm.ts";

function logged(): { readonly lines: string[]; readonly log: Log } {
  const lines: string[] = [];
  const at = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  return { lines, log: { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") } };
}

/** The globals of user code, as a bundle reaches them. */
function globals(): { readonly console: Console; readonly process: NodeJS.Process; readonly Bun: typeof Bun } {
  return Reflect.get(globalThis, REALM_NAME);
}

describe("user code", () => {
  test("prints under its name, also after it waited", async () => {
    const { lines, log } = logged();
    const realm = createRealm(log);
    const { console } = globals();
    console.log("alone");
    await realm.run("hooks.gate", async () => {
      console.log("one %s", "two");
      await Bun.sleep(1);
      console.warn("later\nsecond line");
    });
    await Promise.all([realm.run("a", async () => console.error("x")), realm.run("b", async () => console.debug("y"))]);
    expect(lines).toEqual([
      "info [cueloop.config.ts] alone",
      "info [hooks.gate] one two",
      "warn [hooks.gate] later",
      "warn [hooks.gate] second line",
      "error [a] x",
      "debug [b] y",
    ]);
  });

  test("has no standard output", async () => {
    const { lines, log } = logged();
    createRealm(log);
    globals().process.stdout.write("to stdout\n");
    globals().process.stderr.write("to stderr\n");
    expect(lines).toEqual(["info [cueloop.config.ts] to stdout", "info [cueloop.config.ts] to stderr"]);
    expect(globals().Bun.stdout).toBe(Bun.stderr);
    expect(globals().Bun.version).toBe(Bun.version);
    expect(globals().process.pid).toBe(process.pid);
  });

  test("cannot end the process", () => {
    createRealm(logged().log);
    let thrown: unknown;
    try {
      globals().process.exit(0);
    } catch (error) {
      thrown = error;
    }
    expect(isCueLoopError(thrown, "runtime.exit")).toBe(true);
  });

  test("prints and ends nothing by other names for the same, and nobody else is kept from it", async () => {
    const { lines, log } = logged();
    const realm = createRealm(log);
    const thrown = await realm.run("hooks.gate", async () => {
      Reflect.get(globalThis, "console").log("global");
      await Bun.sleep(1);
      process.getBuiltinModule("node:console").warn("module");
      try {
        return process.exit(0);
      } catch (error) {
        return error;
      }
    });
    expect(lines).toEqual(["info [hooks.gate] global", "warn [hooks.gate] module"]);
    expect(isCueLoopError(thrown, "runtime.exit")).toBe(true);
    Reflect.get(globalThis, "console").debug("");
    expect(lines).toHaveLength(2);
  });

  test("keeps its `this`, and a generator's steps keep the name", async () => {
    const { lines, log } = logged();
    const realm = createRealm(log);
    const self = {
      word: "own",
      async *run(this: { word: string }) {
        globals().console.log(this.word);
        yield 1;
        globals().console.log("again");
      },
    };
    const wrapped = realm.wrap("runners.x.run", self.run, self);
    const result = wrapped();
    if (!isAsyncIterable(result)) throw new Error("no iterable");
    const seen: unknown[] = [];
    for await (const value of result) seen.push(value);
    expect([seen, lines]).toEqual([[1], ["info [runners.x.run] own", "info [runners.x.run] again"]]);
  });

  test("finds its console at the global's place only while it is guarded", async () => {
    const { lines, log } = logged();
    const before = globalThis.console;
    const realm = createRealm(log);
    await realm.guard(async () => Reflect.get(globalThis, "console").log("inside"));
    expect(globalThis.console).toBe(before);
    expect(lines).toEqual(["info [cueloop.config.ts] inside"]);
  });
});
