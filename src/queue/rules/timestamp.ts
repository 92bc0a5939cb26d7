import { parseTimestamp } from "../../base/clock.ts";

/** `utc`: a valid timestamp in UTC. `offset`: valid, but written in another zone. `invalid`: none at all. */
export type TimestampState = "utc" | "offset" | "invalid";

/** The form we write, with a day that every month has. */
const WRITTEN_FORM = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{9}Z$/;

/** What a timestamp field holds. The form we write is recognised without parsing it: most of all timestamps have it. */
export function timestampState(text: string): TimestampState {
  if (WRITTEN_FORM.test(text)) return "utc";
  const parsed = parseTimestamp(text);
  if (parsed === null) return "invalid";
  return parsed.offsetMinutes === 0 ? "utc" : "offset";
}
