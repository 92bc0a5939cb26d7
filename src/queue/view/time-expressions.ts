import { formatTimestamp, type Instant, parseTimestamp } from "../../base/clock.ts";
import { CueLoopError } from "../../base/errors.ts";

const NS_PER_MS = 1_000_000n;
const NS_PER_SECOND = 1_000_000_000n;
const UNIT_SECONDS: Readonly<Record<string, bigint>> = { m: 60n, h: 3_600n, d: 86_400n, w: 604_800n };
const WEEKDAYS: readonly string[] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

const ACCEPTED =
  "Accepted: an RFC 3339 timestamp (2026-03-02T08:15:00Z), `tomorrow`, `tomorrow 14:30` (or 2pm), `in 3 days` (minutes, hours, days, weeks), " +
  "`next monday`, and `+2h` or `-7d` (m, h, d, w). All times are UTC.";

/** The last and first instants that have a four-digit year. */
const LATEST = 253_402_300_799_999_999_999n;
const EARLIEST = -62_167_219_200_000_000_000n;

/**
 * The instant a person means by `text`, in any case: RFC 3339, `tomorrow [<time>]`, `in <N> <unit>`,
 * `next <weekday>`, `+N<unit>`, `-N<unit>`; all in UTC. Error: `queue.time_unreadable`, listing these forms.
 */
export function parseTimeExpression(text: string, now: Instant): Instant {
  const expression = text.trim().toLowerCase().replace(/\s+/g, " ");
  const instant = exactTime(text) ?? relativeTime(expression, now) ?? dayTime(text, expression, now);
  if (instant === null) throw unreadable(text, "is not a time CueLoop understands");
  if (instant < EARLIEST || instant > LATEST) throw unreadable(text, "lies outside the years 0000 to 9999");
  return instant;
}

/** The same, as the text a task holds. */
export function timeExpressionAsTimestamp(text: string, now: Instant): string {
  return formatTimestamp(parseTimeExpression(text, now));
}

function exactTime(text: string): Instant | null {
  return parseTimestamp(text)?.instant ?? null;
}

function relativeTime(expression: string, now: Instant): Instant | null {
  const spoken = /^in ([+-]?\d+) (minute|hour|day|week)s?$/.exec(expression);
  const short = /^([+-]\d+) ?([mhdw])$/.exec(expression);
  const [, amount, unit] = spoken ?? short ?? [];
  const seconds = UNIT_SECONDS[unit?.charAt(0) ?? ""];
  if (amount === undefined || seconds === undefined) return null;
  return now + BigInt(amount.replace("+", "")) * seconds * NS_PER_SECOND;
}

function dayTime(text: string, expression: string, now: Instant): Instant | null {
  const tomorrow = /^tomorrow(?: (.+))?$/.exec(expression);
  if (tomorrow !== null) {
    const time = tomorrow[1] === undefined ? { hour: 9, minute: 0 } : timeOfDay(tomorrow[1]);
    if (time === null) throw unreadable(text, `has a time of day that cannot be read ("${tomorrow[1]}")`);
    return atDay(now, 1, time);
  }
  const next = /^next (\w+)$/.exec(expression);
  const weekday = WEEKDAYS.indexOf(next?.[1] ?? "");
  if (weekday < 0) return null;
  const today = new Date(Number(now / NS_PER_MS)).getUTCDay();
  return atDay(now, (weekday - today + 7) % 7 || 7, { hour: 9, minute: 0 });
}

/** `H[:MM][am|pm]`, blanks ignored; null when out of range or not of this form. */
function timeOfDay(text: string): { readonly hour: number; readonly minute: number } | null {
  const match = /^(\d{1,2})(?::(\d{2}))?(am|pm)?$/.exec(text.replaceAll(" ", ""));
  if (match === null) return null;
  const [, hours = "", minutes = "0", half] = match;
  const minute = Number(minutes);
  const hour = Number(hours);
  if (minute > 59) return null;
  if (half === undefined) return hour > 23 ? null : { hour, minute };
  if (hour < 1 || hour > 12) return null;
  return { hour: (hour % 12) + (half === "pm" ? 12 : 0), minute };
}

function atDay(now: Instant, daysAhead: number, time: { readonly hour: number; readonly minute: number }): Instant {
  const date = new Date(Number(now / NS_PER_MS));
  const ms = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + daysAhead, time.hour, time.minute);
  return BigInt(ms) * NS_PER_MS;
}

function unreadable(text: string, says: string): CueLoopError {
  return new CueLoopError("queue.time_unreadable", { message: `"${text}" ${says}.`, hint: ACCEPTED });
}
