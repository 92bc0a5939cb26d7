import { expect, test } from "bun:test";
import { systemClock } from "../../../src/base/clock.ts";
import type { RunnerEvent } from "../../../src/runners/event.ts";
import { type GeneratedSpec, startGenerated } from "../../../src/runners/turn/generated.ts";

const SAID: RunnerEvent = { type: "text", text: "said" };

/** Waits for its signal between two events, as a call to a service would. */
async function* untilAborted(own: AbortSignal): AsyncGenerator<RunnerEvent> {
  yield SAID;
  await new Promise((resolve) => own.addEventListener("abort", resolve, { once: true }));
  yield { type: "text", text: "too late" };
}

function start(spec: Pick<GeneratedSpec, "run"> & Partial<GeneratedSpec>) {
  const events: RunnerEvent[] = [];
  const { signal } = new AbortController();
  const handle = startGenerated(
    { clock: systemClock() },
    { signal, timeoutMs: 0, idleTimeoutMs: 0, onEvent: (event) => events.push(event), ...spec },
  );
  return { handle, events };
}

test.each([
  ["idle", { idleTimeoutMs: 20 }, { kind: "timeout", limit: "idle", limitMs: 20 }],
  ["whole", { timeoutMs: 20 }, { kind: "timeout", limit: "total", limitMs: 20 }],
] as const)("code that waits is ended: %s", async (_, limits, outcome) => {
  const { handle, events } = start({ run: untilAborted, ...limits });
  expect((await handle.result).outcome).toEqual(outcome);
  expect(events).toEqual([SAID]);
});

test("code that waits is ended when the run is interrupted", async () => {
  const run = new AbortController();
  const { handle } = start({ run: untilAborted, signal: run.signal, onEvent: () => run.abort() });
  expect((await handle.result).outcome).toEqual({ kind: "interrupted" });
});

test("code that is told to end is not waited for after what it yields next", async () => {
  const told = Promise.withResolvers<void>();
  const { handle, events } = start({ run: untilAborted, onEvent: () => told.resolve() });
  await told.promise;
  handle.end();
  expect((await handle.result).outcome).toEqual({ kind: "ended", code: null });
  expect(events).toEqual([]);
});

test("code is not begun for a run that was interrupted", async () => {
  let begun = false;
  const run = () => {
    begun = true;
    return [];
  };
  const { handle } = start({ run, signal: AbortSignal.abort() });
  expect((await handle.result).outcome).toEqual({ kind: "interrupted" });
  expect(begun).toBe(false);
});

test.each([
  ["an error event", (): RunnerEvent[] => [{ type: "error", text: "no" }], true],
  ["an error it works around", (): RunnerEvent[] => [{ type: "error", text: "no", transient: true }], false],
  [
    "an end of its own after an error",
    (): RunnerEvent[] => [
      { type: "error", text: "no" },
      { type: "end", ok: true },
    ],
    false,
  ],
  [
    "a throw",
    (): RunnerEvent[] => {
      throw new Error("no");
    },
    true,
  ],
])("%s: failed or not", async (_, run, failed) => {
  const { handle, events } = start({ run });
  await handle.result;
  expect(events.some((event) => event.type === "end" && !event.ok)).toBe(failed);
});
