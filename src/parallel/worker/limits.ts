import { formatTimestamp, parseTimestamp } from "../../base/clock.ts";
import type { HeldTurn, RunContext } from "../../run/context.ts";
import type { RunEvent } from "../../run/events.ts";
import { BLIND_WAIT_MS, RESET_MARGIN_MS } from "../../run/turns/decide.ts";
import { waitForUsageLimit } from "../../run/turns/wait.ts";
import type { Send } from "./account.ts";

/** Usage limits by runner, those of the other workers included. */
export class UsageLimits {
  /** Unix milliseconds until which no turn with the runner begins. */
  readonly #until = new Map<string, number>();
  readonly #longestMs: number;

  /** `hours`: the longest wait for one limit. */
  constructor(hours: number) {
    this.#longestMs = hours * 3_600_000;
  }

  /** Notes a limit that lasts until `until` (RFC 3339); true when it lasts longer than what was known. */
  note(runner: string, until: string): boolean {
    const instant = parseTimestamp(until)?.instant;
    const milliseconds = instant === undefined ? 0 : Number(instant / 1_000_000n);
    if (milliseconds <= (this.#until.get(runner) ?? 0)) return false;
    this.#until.set(runner, milliseconds);
    return true;
  }

  /** Passes on what an event tells about a limit that others do not know yet. */
  observe(event: RunEvent, context: Pick<RunContext, "clock">, send: Send): void {
    if (event.kind !== "usage_limit") return;
    const { runner, resets_at } = event.payload;
    const resets = resets_at === null ? undefined : parseTimestamp(resets_at)?.instant;
    const margin = BigInt(resets === undefined ? BLIND_WAIT_MS : RESET_MARGIN_MS) * 1_000_000n;
    const until = formatTimestamp((resets ?? context.clock.now()) + margin);
    if (this.note(runner, until)) send({ kind: "limit", runner, until });
  }

  /** Waits before a turn with a runner whose limit another worker has met; one that is too long the turn meets itself. */
  async hold(context: RunContext, turn: HeldTurn): Promise<void> {
    for (;;) {
      const until = this.#until.get(turn.runner) ?? 0;
      const left = until - Number(context.clock.now() / 1_000_000n);
      if (left <= 0 || left - RESET_MARGIN_MS > this.#longestMs) return;
      await waitForUsageLimit(context, { ...turn, until, resetsAt: (until - RESET_MARGIN_MS) / 1000 });
    }
  }
}
