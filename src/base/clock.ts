/** Nanoseconds since the Unix epoch, UTC. */
export type Instant = bigint;

export interface Clock {
  /** Wall clock; two calls in one process never give the same instant. */
  now(): Instant;
  /** Milliseconds of a clock that never jumps; only differences mean anything. */
  monotonicMs(): number;
  /** Resolves after `ms` milliseconds, or at once when `signal` aborts (never rejects). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

const NS_PER_MS = 1_000_000n;
const NS_PER_SECOND = 1_000_000_000n;
/** A timer set for longer fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's clock, with nanoseconds taken from the high-resolution timer. */
export function systemClock(): Clock {
  let last = 0n;
  return {
    now() {
      const fine = Bun.nanoseconds() % 1_000_000;
      let instant = BigInt(Date.now()) * NS_PER_MS + BigInt(Math.trunc(fine));
      if (instant <= last) instant = last + 1n;
      last = instant;
      return instant;
    },
    monotonicMs: () => performance.now(),
    async sleep(ms, signal) {
      let left = ms;
      do {
        if (signal?.aborted === true) return;
        await sleepOnce(Math.min(left, LONGEST_TIMER_MS), signal);
        left -= LONGEST_TIMER_MS;
      } while (left > 0);
    },
  };
}

/** Resolves after one timer, or as soon as `signal` aborts. */
function sleepOnce(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done, { once: true });
  });
}

/** `2026-03-02T08:15:00.123456789Z`: UTC, nine fractional digits. */
export function formatTimestamp(instant: Instant): string {
  const ms = instant / NS_PER_MS;
  const rest = instant % NS_PER_MS;
  const base = new Date(Number(ms)).toISOString();
  return `${base.slice(0, -1)}${rest.toString().padStart(6, "0")}Z`;
}

export interface ParsedTimestamp {
  readonly instant: Instant;
  /** Offset from UTC in minutes as written; 0 for `Z`, `+00:00` and `-00:00`. */
  readonly offsetMinutes: number;
}

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?([Zz]|[+-]\d{2}:\d{2})$/;

/** Parses an RFC 3339 timestamp (surrounding blanks allowed) to the nanosecond; null when it is none. */
export function parseTimestamp(text: string): ParsedTimestamp | null {
  const match = RFC3339.exec(text.trim());
  if (match === null) return null;
  const [, year = "", month = "", day = "", hour = "", minute = "", second = "", fraction = "", zone = ""] = match;
  const leap = second === "60";
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), leap ? 59 : Number(second));
  const date = new Date(ms);
  const valid =
    Number(month) >= 1 &&
    Number(month) <= 12 &&
    date.getUTCDate() === Number(day) &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) <= 60;
  if (!valid) return null;
  let offsetMinutes = 0;
  if (zone !== "Z" && zone !== "z") {
    const hours = Number(zone.slice(1, 3));
    const minutes = Number(zone.slice(4, 6));
    if (hours > 23 || minutes > 59) return null;
    offsetMinutes = (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
    if (offsetMinutes === 0) offsetMinutes = 0;
  }
  const nanoseconds = BigInt(fraction.slice(0, 9).padEnd(9, "0") || "0");
  const instant = BigInt(ms) * NS_PER_MS + nanoseconds - BigInt(offsetMinutes) * 60n * NS_PER_SECOND;
  return { instant, offsetMinutes };
}
