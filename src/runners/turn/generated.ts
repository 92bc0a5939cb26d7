import type { Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { ProcessHandle, ProcessOutcome } from "../../base/process.ts";
import type { RunnerEvent } from "../event.ts";

export interface GeneratedSpec {
  /** `own` is aborted when the turn is to end. */
  run(own: AbortSignal): AsyncIterable<RunnerEvent> | readonly RunnerEvent[];
  readonly signal: AbortSignal;
  /** Milliseconds of the whole turn; 0 is no limit. */
  readonly timeoutMs: number;
  /** Milliseconds without an event; 0 is no limit. */
  readonly idleTimeoutMs: number;
  onEvent(event: RunnerEvent): void;
}

/** Milliseconds that code is given to end after its signal was aborted; nobody can end it from outside. */
const GRACE_MS = 2000;

/** Runs an agent that is code in this process, with the limits a program has. What it throws is an error event of a failed turn. */
export function startGenerated(context: { readonly clock: Clock }, spec: GeneratedSpec): ProcessHandle {
  const turn = new GeneratedTurn(context.clock, spec);
  return { pid: null, end: () => turn.stop({ kind: "ended", code: null }), result: turn.result() };
}

class GeneratedTurn {
  readonly #clock: Clock;
  readonly #spec: GeneratedSpec;
  readonly #own = new AbortController();
  readonly #over = new AbortController();
  readonly #stopped = Promise.withResolvers<ProcessOutcome>();
  #lastAt: number;

  constructor(clock: Clock, spec: GeneratedSpec) {
    this.#clock = clock;
    this.#spec = spec;
    this.#lastAt = clock.monotonicMs();
  }

  stop(outcome: ProcessOutcome): void {
    if (this.#own.signal.aborted) return;
    this.#stopped.resolve(outcome);
    this.#own.abort();
  }

  async result() {
    const { signal } = this.#spec;
    const startedAt = this.#clock.monotonicMs();
    const interrupt = () => this.stop({ kind: "interrupted" });
    if (signal.aborted) interrupt();
    signal.addEventListener("abort", interrupt, { once: true });
    void this.#watch();
    const work: Promise<ProcessOutcome> = signal.aborted ? this.#stopped.promise : this.#work();
    const stopped = this.#stopped.promise.then(async (outcome) => {
      await Promise.race([work, this.#clock.sleep(GRACE_MS, this.#over.signal)]);
      return outcome;
    });
    const outcome = await Promise.race([work.then((own) => (this.#own.signal.aborted ? stopped : own)), stopped]);
    this.#over.abort();
    signal.removeEventListener("abort", interrupt);
    const durationMs = this.#clock.monotonicMs() - startedAt;
    return { outcome, stdout: "", stderr: "", stdoutTruncated: false, stderrTruncated: false, durationMs };
  }

  async #work(): Promise<ProcessOutcome> {
    const own = this.#own.signal;
    let failed = false;
    let ended = false;
    const tell = (event: RunnerEvent) => {
      this.#lastAt = this.#clock.monotonicMs();
      if (event.type === "error" && event.transient !== true) failed = true;
      if (event.type === "end") ended = true;
      this.#spec.onEvent(event);
    };
    try {
      for await (const event of this.#spec.run(own)) {
        if (own.aborted) break;
        tell(event);
      }
    } catch (thrown) {
      if (!own.aborted) tell({ type: "error", text: messageOf(thrown) });
      ended = false;
      failed = true;
    }
    // There is no exit code that could tell.
    if (failed && !ended && !own.aborted) tell({ type: "end", ok: false });
    return { kind: "exited", code: 0 };
  }

  async #watch(): Promise<void> {
    const { timeoutMs, idleTimeoutMs } = this.#spec;
    const over = this.#over.signal;
    if (timeoutMs > 0) {
      void this.#clock.sleep(timeoutMs, over).then(() => {
        if (!over.aborted) this.stop({ kind: "timeout", limit: "total", limitMs: timeoutMs });
      });
    }
    while (idleTimeoutMs > 0 && !over.aborted) {
      const left = this.#lastAt + idleTimeoutMs - this.#clock.monotonicMs();
      if (left <= 0) return this.stop({ kind: "timeout", limit: "idle", limitMs: idleTimeoutMs });
      await this.#clock.sleep(left, over);
    }
  }
}
