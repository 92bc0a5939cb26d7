import { type JsonObject, numberAt, stringAt } from "./json.ts";

/**
 * When a limit is over, in Unix seconds, from a Retry-After value: seconds from now, or a date.
 * Null for anything else.
 */
export function retryAfter(value: string | number | null, now: number): number | null {
  if (typeof value === "number") return value >= 0 ? now + value : null;
  const text = value?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(text)) return now + Number(text);
  const date = text === "" ? Number.NaN : Date.parse(text);
  return Number.isNaN(date) ? null : Math.round(date / 1000);
}

/** The first of the usual fields for "try again then", on an event or among its headers; Unix seconds. */
export function retryAfterOf(fields: JsonObject, now: number): number | null {
  for (const [key, value] of Object.entries(fields)) {
    const name = key.toLowerCase().replaceAll("-", "_");
    if (name === "resets_at") return resetTime(numberAt(fields, key));
    if (!["retry_after", "retry_after_seconds", "resets_in_seconds"].includes(name)) continue;
    const found = retryAfter(typeof value === "number" ? value : stringAt(fields, key), now);
    if (found !== null) return resetTime(found);
  }
  return null;
}

/** The end of the year 9999. */
const LAST_SECOND = 253_402_300_799;

/** Unix seconds that can be written as a date; anything else is as good as no time at all. */
export function resetTime(seconds: number | null): number | null {
  return seconds !== null && seconds >= 0 && seconds <= LAST_SECOND ? seconds : null;
}
