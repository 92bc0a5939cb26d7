import { expect, test } from "bun:test";
import { durationOf, type HistoryEntry, historyPhases, KEPT_ENTRIES, withEntry } from "../../src/run/history.ts";

const entry = (taskId: string): HistoryEntry => ({
  timestamp: "2026-01-01T00:00:00Z",
  task_id: taskId,
  runner: "codex",
  model: "m",
  phase_count: 1,
  phase_durations: {},
  total_duration: { secs: 0, nanos: 0 },
});

test("the newest hundred entries are kept", () => {
  const full = { version: 1, entries: Array.from({ length: KEPT_ENTRIES }, (_, index) => entry(`RQ-${index}`)) };
  const { entries } = withEntry(full, entry("RQ-new"));
  expect(entries).toHaveLength(KEPT_ENTRIES);
  expect([entries[0]?.task_id, entries.at(-1)?.task_id]).toEqual(["RQ-1", "RQ-new"]);
});

test.each([
  [0, { secs: 0, nanos: 0 }],
  [1234.5, { secs: 1, nanos: 234_500_000 }],
  [62_000, { secs: 62, nanos: 0 }],
])("%d ms are %o", (milliseconds, duration) => expect(durationOf(milliseconds)).toEqual(duration));

test("a single pass counts as planning", () => expect(historyPhases(1)).toEqual(["planning"]));
