import { parseTimestamp } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { BlockingState } from "../../queue/blocking.ts";
import { consumeStopRequest, readStopRequest } from "../../queue/store/stop.ts";
import { announceBlocked } from "../announce.ts";
import type { RunContext } from "../context.ts";
import { interrupted } from "../errors.ts";
import type { Selection } from "../start/select.ts";
import type { WaitMode, WaitSettings } from "./settings.ts";
import { type Look, nextWaitStep } from "./step.ts";
import { RuntimeWatch } from "./watch.ts";

export interface Wait {
  readonly mode: WaitMode;
  readonly settings: WaitSettings;
  /** What the next task would be, or why there is none. It may throw where the queue cannot be read. */
  look(): Selection;
}

export interface WaitEnd {
  readonly outcome: "runnable" | "no_candidates" | "stalled" | "stopped";
  /** The state last told; null after work was found. */
  readonly blocking: BlockingState | null;
  readonly notes: readonly string[];
}

/** Waits until a task is runnable or the wait is over; tells every state it sees. Throws `run.interrupted`. */
export async function waitForWork(context: RunContext, wait: Wait): Promise<WaitEnd> {
  using watching = new RuntimeWatch(context);
  const view = new QueueView(context, wait);
  for (;;) {
    const round = {
      now: context.clock.monotonicMs(),
      stopRequested: readStopRequest(context) !== null,
      interrupted: context.signal.aborted,
      changed: watching.takeChange(),
    };
    let step = nextWaitStep(wait.mode, wait.settings, { ...round, ...view.facts, look: null });
    if (step.kind === "look") {
      const look = view.look(round.now);
      step = nextWaitStep(wait.mode, wait.settings, { ...round, ...view.facts, look });
    }
    switch (step.kind) {
      case "look":
        break;
      case "sleep":
        await watching.sleep(step.ms);
        break;
      case "interrupted":
        throw interrupted(null);
      case "stopped":
        consumeStopRequest(context);
        return view.end("stopped");
      case "stalled":
        return view.end("stalled", `Nothing became runnable within ${wait.settings.timeoutMs / 1000} s.`);
      case "no_candidates":
        return view.end("no_candidates");
      case "runnable":
        context.emit({ kind: "blocked_state_cleared", message: "There is work again; going on." });
        return { outcome: "runnable", blocking: null, notes: [] };
    }
  }
}

/** What a wait has seen of the queue. */
class QueueView {
  readonly #context: RunContext;
  readonly #wait: Wait;
  #lookedAt: number | null = null;
  #blockedSince: number | null = null;
  #dueAt: number | null = null;
  #state: BlockingState | null = null;
  #notes: readonly string[] = [];
  #problem: string | null = null;

  constructor(context: RunContext, wait: Wait) {
    this.#context = context;
    this.#wait = wait;
  }

  get facts(): { readonly lookedAt: number | null; readonly blockedSince: number | null; readonly dueAt: number | null } {
    return { lookedAt: this.#lookedAt, blockedSince: this.#blockedSince, dueAt: this.#dueAt };
  }

  end(outcome: WaitEnd["outcome"], note?: string): WaitEnd {
    return { outcome, blocking: this.#state, notes: note === undefined ? this.#notes : [...this.#notes, note] };
  }

  look(now: number): Look {
    this.#lookedAt = now;
    this.#dueAt = null;
    let found: Selection;
    try {
      found = this.#wait.look();
      this.#problem = null;
    } catch (error) {
      this.#warn(messageOf(error));
      return "unreadable";
    }
    if (found.kind === "task") return "runnable";
    this.#blockedSince = found.kind === "blocked" ? (this.#blockedSince ?? now) : null;
    this.#notes = found.notes;
    if (found.blocking !== null) {
      this.#dueAt = this.#due(found.blocking, now);
      this.#tell(found.blocking);
    }
    return found.kind;
  }

  #warn(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    const message = `The queue cannot be read; waiting until it can: ${problem}`;
    this.#context.emit({ kind: "warning", message: this.#context.redact(message) });
  }

  #tell(state: BlockingState): void {
    const isFirst = this.#state === null;
    const isNew = this.#state === null || essence(this.#state) !== essence(state);
    this.#state = state;
    if (isNew) announceBlocked(this.#context, state, null);
    // An empty queue is no news to tell of at the end of a loop, but it is while one waits.
    if (isFirst || (isNew && state.reason.kind === "idle")) this.#context.emit({ kind: "message", message: this.#promise() });
  }

  #promise(): string {
    const { mode, settings } = this.#wait;
    const limit = settings.timeoutMs > 0 ? `, while tasks are blocked at most ${settings.timeoutMs / 1000} s` : "";
    const what = mode === "blocked_only" ? "Waiting until a task can be run" : "Waiting for work";
    return `${what}${limit}; \`cueloop queue stop\` or Ctrl-C ends it.`;
  }

  /** When the first scheduled task may start, on the clock that never jumps. */
  #due({ reason }: BlockingState, now: number): number | null {
    if (reason.kind !== "schedule_blocked" || reason.next_runnable_at === undefined) return null;
    const start = parseTimestamp(reason.next_runnable_at)?.instant;
    if (start === undefined) return null;
    return now + Math.max(1, Number((start - this.#context.clock.now()) / 1_000_000n) + 1);
  }
}

/** A state without the figures that change by themselves. */
function essence({ status, reason, task_id, message }: BlockingState): string {
  const lasting = reason.kind === "schedule_blocked" ? { ...reason, seconds_until_next_runnable: undefined } : reason;
  return JSON.stringify([status, lasting, task_id, message]);
}
