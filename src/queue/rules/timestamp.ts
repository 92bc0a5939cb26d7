import { parseTimestamp } from "../../base/clock.ts";

/** `utc`: a valid timestamp in UTC. `offset`: valid, but written in another zone. `invalid`: none at all. */
export type TimestampState = "utc" | "offset" | "invalid";

/** What a timestamp field holds. The form we write is recognised without parsing it. */
export function timestampState(text: string): TimestampState {
  if (isPlainWrittenForm(text)) return "utc";
  const parsed = parseTimestamp(text);
  if (parsed === null) return "invalid";
  return parsed.offsetMinutes === 0 ? "utc" : "offset";
}

/** True for `YYYY-MM-DDTHH:MM:SS.nnnnnnnnnZ` with a day every month has; false says nothing. */
function isPlainWrittenForm(text: string): boolean {
  if (text.length !== 30) return false;
  for (let at = 0; at < 30; at += 1) {
    const code = text.charCodeAt(at);
    const expected = SEPARATORS[at];
    if (expected === 0 ? code < 48 || code > 57 : code !== expected) return false;
  }
  const month = pair(text, 5);
  const day = pair(text, 8);
  return month >= 1 && month <= 12 && day >= 1 && day <= 28 && pair(text, 11) < 24 && pair(text, 14) < 60 && pair(text, 17) < 60;
}

const SEPARATORS: readonly number[] = Array.from("dddd-dd-ddTdd:dd:dd.dddddddddZ", (character) =>
  character === "d" ? 0 : character.charCodeAt(0),
);

function pair(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;
}
