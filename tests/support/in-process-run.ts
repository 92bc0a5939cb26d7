import { systemClock } from "../../src/base/clock.ts";
import { loadRepo } from "../../src/config/resolve.ts";
import type { RunEvent } from "../../src/run/events.ts";
import { openRun } from "../../src/run/open.ts";
import type { RunOneOptions } from "../../src/run/options.ts";
import { runOne } from "../../src/run/supervisor.ts";
import type { Repository } from "./repository.ts";
import { NOTHING_TYPED } from "./run-settings.ts";

/** For a sleep of `ms`: null, it is slept; else by how much the clocks jump instead, at once or as soon as that is known. */
export type Skip = (ms: number) => number | null | Promise<number>;

export interface Worked {
  readonly events: readonly RunEvent[];
  /** What ended the run; null when the task was done. */
  readonly error: unknown;
  /** Milliseconds that were jumped over. */
  readonly slept: number;
}

/** One task worked in this process, with a clock on which some sleeps take no time. */
export async function workInProcess(repo: Repository, skip: Skip, options: Partial<RunOneOptions> = {}): Promise<Worked> {
  const real = systemClock();
  let ahead = 0;
  const clock = {
    now: () => real.now() + BigInt(ahead) * 1_000_000n,
    monotonicMs: () => real.monotonicMs() + ahead,
    async sleep(ms: number, signal?: AbortSignal) {
      const step = skip(ms);
      if (step === null) return real.sleep(ms, signal);
      if (typeof step === "number") {
        ahead += step;
        return real.sleep(100, signal);
      }
      const jump = await Promise.race([step, aborted(signal)]);
      ahead += jump;
    },
  };
  const log = { error() {}, warn() {}, info() {}, debug() {} };
  const { signal } = new AbortController();
  const base = { env: repo.env, cwd: repo.root, clock, log, signal, redact: (text: string) => text };
  const loaded = await loadRepo(base, { kind: "execute", insideRun: null });
  const events: RunEvent[] = [];
  const run = openRun(loaded, { mode: "one", debug: false, executable: process.execPath, observers: [(event) => events.push(event)] });
  try {
    await runOne(run.context, { ...NOTHING_TYPED, maxTurns: 2, ...options });
    return { events, error: null, slept: ahead };
  } catch (error) {
    return { events, error, slept: ahead };
  } finally {
    await run[Symbol.asyncDispose]();
  }
}

/** Resolves, without a jump, when the sleep is called off. */
function aborted(signal: AbortSignal | undefined): Promise<number> {
  return new Promise((resolve) => signal?.addEventListener("abort", () => resolve(0), { once: true }));
}
