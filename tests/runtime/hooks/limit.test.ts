import { describe, expect, test } from "bun:test";
import { EndableCalls } from "../../../src/runtime/hooks/endable.ts";
import { HookInterruptedError, HookTimeoutError, limited, limitOf } from "../../../src/runtime/hooks/limit.ts";

test.each([
  ["beforeTask", null, false, 60_000],
  ["gate", null, false, 1_800_000],
  ["worktreeReady", null, false, 600_000],
  ["gate", 2, false, 2_000],
  ["gate", 0, false, 0],
  ["onEvent", null, false, 5_000],
  ["onEvent", 60, false, 5_000],
  ["onEvent", 0, false, 5_000],
  ["beforeTask", 0.2, false, 200],
  ["afterTask", null, true, 5_000],
  ["afterTask", 0, true, 5_000],
  ["afterTask", 2, true, 2_000],
  ["gate", 10_000_000, false, 2_147_483_647],
] as const)("%s with timeout_seconds %p, interrupted %p: %p ms", (name, set, interrupted, expected) => {
  expect(limitOf(name, set, interrupted)).toBe(expected);
});

describe("a limited call", () => {
  const never = () => new Promise<never>(() => {});
  const { signal } = new AbortController();
  const calls = new EndableCalls();

  test("gives what it comes to, now or later", async () => {
    expect(await limited(() => 1, { limitMs: 1000, signal, calls })).toBe(1);
    expect(await limited(async () => 2, { limitMs: 0, signal, calls })).toBe(2);
  });

  test("rejects with what is thrown, now or later", async () => {
    const fail = () => {
      throw new Error("now");
    };
    expect(limited(fail, { limitMs: 1000, signal, calls })).rejects.toThrow("now");
    expect(limited(async () => fail(), { limitMs: 0, signal, calls })).rejects.toThrow("now");
  });

  test("past the limit its own signal is aborted", async () => {
    let own: AbortSignal | null = null;
    const call = limited(
      (given) => {
        own = given.signal;
        return never();
      },
      { limitMs: 5, signal, calls },
    );
    await expect(call).rejects.toBeInstanceOf(HookTimeoutError);
    expect(own).toMatchObject({ aborted: true });
  });

  test("is given up with the run; one that begins after an interrupt is not", async () => {
    const run = new AbortController();
    const call = limited(never, { limitMs: 0, signal: run.signal, calls });
    run.abort();
    await expect(call).rejects.toBeInstanceOf(HookInterruptedError);
    expect(await limited(async () => "told", { limitMs: 1000, signal: run.signal, calls })).toBe("told");
  });

  test("that never waits is ended, whatever it catches", async () => {
    const loop = () => {
      for (;;) {
        try {
          for (;;);
        } catch {}
      }
    };
    await expect(limited(loop, { limitMs: 20, signal, calls })).rejects.toBeInstanceOf(HookTimeoutError);
    expect(await limited(() => 1, { limitMs: 1000, signal, calls })).toBe(1);
  });
});
