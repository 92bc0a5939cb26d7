import { describe, expect, test } from "bun:test";
import { parseTimestamp } from "../../../src/base/clock.ts";
import { CueLoopError } from "../../../src/base/errors.ts";
import { timeExpressionAsTimestamp } from "../../../src/queue/view/time-expressions.ts";

// A Monday.
const NOW = "2026-03-02T08:15:42.123456789Z";
const now = parseTimestamp(NOW)?.instant ?? 0n;

test.each([
  ["2026-04-01T10:00:00+02:00", "2026-04-01T08:00:00.000000000Z"],
  [" 2026-04-01T10:00:00Z ", "2026-04-01T10:00:00.000000000Z"],
  ["tomorrow", "2026-03-03T09:00:00.000000000Z"],
  [" Tomorrow ", "2026-03-03T09:00:00.000000000Z"],
  ["tomorrow 9am", "2026-03-03T09:00:00.000000000Z"],
  ["TOMORROW 9:30 PM", "2026-03-03T21:30:00.000000000Z"],
  ["tomorrow 2 pm", "2026-03-03T14:00:00.000000000Z"],
  ["tomorrow 14:30", "2026-03-03T14:30:00.000000000Z"],
  ["tomorrow 14", "2026-03-03T14:00:00.000000000Z"],
  ["tomorrow 12am", "2026-03-03T00:00:00.000000000Z"],
  ["tomorrow 12pm", "2026-03-03T12:00:00.000000000Z"],
  ["in 1 minute", "2026-03-02T08:16:42.123456789Z"],
  ["in 3 hours", "2026-03-02T11:15:42.123456789Z"],
  ["in 2 days", "2026-03-04T08:15:42.123456789Z"],
  ["IN 1 Week", "2026-03-09T08:15:42.123456789Z"],
  ["in -1 day", "2026-03-01T08:15:42.123456789Z"],
  ["in 0 hours", NOW],
  ["next monday", "2026-03-09T09:00:00.000000000Z"],
  ["next Tuesday", "2026-03-03T09:00:00.000000000Z"],
  ["next sunday", "2026-03-08T09:00:00.000000000Z"],
  ["+30m", "2026-03-02T08:45:42.123456789Z"],
  ["+2h", "2026-03-02T10:15:42.123456789Z"],
  ["+7d", "2026-03-09T08:15:42.123456789Z"],
  ["-1w", "2026-02-23T08:15:42.123456789Z"],
])("%p is %s", (text, timestamp) => {
  expect(timeExpressionAsTimestamp(text, now)).toBe(timestamp);
});

describe("what cannot be read lists the forms", () => {
  test.each([
    "",
    "soon",
    "in 3",
    "in three days",
    "next month",
    "next",
    "7d",
    "+7",
    "+7y",
    "tomorrow noon",
    "tomorrow 25:00",
    "tomorrow 9:75",
    "tomorrow 13pm",
    "tomorrow 0am",
    "today",
    "2026-03-02",
    "in 99999999999 weeks",
  ])("%p", (text) => {
    try {
      timeExpressionAsTimestamp(text, now);
    } catch (error) {
      expect(error).toBeInstanceOf(CueLoopError);
      expect(error).toMatchObject({ code: "queue.time_unreadable", hint: expect.stringContaining("next monday") });
      return;
    }
    throw new Error("it was read");
  });
});
