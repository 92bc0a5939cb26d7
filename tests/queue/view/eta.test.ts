import { describe, expect, test } from "bun:test";
import { parseTimestamp } from "../../../src/base/clock.ts";
import { estimate, formatEta, type HistoryEntry } from "../../../src/queue/view/eta.ts";

const NOW = "2026-03-11T00:00:00Z";
const now = parseTimestamp(NOW)?.instant ?? 0n;
const SHAPE = { runner: "codex", model: "m", phaseCount: 3 };

function entry(phases: Record<string, number>, overrides: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    timestamp: NOW,
    task_id: "RQ-0001",
    runner: "codex",
    model: "m",
    phase_count: 3,
    phase_durations: Object.fromEntries(Object.entries(phases).map(([phase, secs]) => [phase, { secs, nanos: 0 }])),
    total_duration: { secs: 1, nanos: 0 },
    ...overrides,
  };
}
const full = entry({ planning: 60, implementation: 120, review: 30 });

describe("estimate", () => {
  test("is the sum of the phases", () => {
    expect(estimate([full], SHAPE, now)).toEqual({ seconds: 210, samples: 1, confidence: "low" });
  });

  test.each([
    [1, 60],
    [2, 180],
    [3, 210],
  ])("counts %p phases", (phaseCount, seconds) => {
    expect(estimate([{ ...full, phase_count: phaseCount }], { ...SHAPE, phaseCount }, now)?.seconds).toBe(seconds);
  });

  test("an older run weighs a tenth less each day", () => {
    const old = entry({ planning: 100 }, { timestamp: "2026-03-01T00:00:00Z", phase_count: 1 });
    const fresh = entry({ planning: 10 }, { phase_count: 1 });
    const weight = 0.9 ** 10;
    expect(estimate([old, fresh], { ...SHAPE, phaseCount: 1 }, now)?.seconds).toBeCloseTo((10 + 100 * weight) / (1 + weight), 9);
  });

  test("one run is estimated to take just as long, however old it is", () => {
    for (let seconds = 0n; seconds < 3_000n; seconds += 1n) {
      expect(formatEta(estimate([full], SHAPE, now + seconds * 1_234_567_891n)?.seconds ?? 0)).toBe("3m 30s");
    }
  });

  test.each([
    ["the mean of the others", { planning: 60, implementation: 120 }, 270],
    ["a minute when there are none", {}, 180],
  ])("a phase without samples counts as %s", (_, phases, seconds) => {
    expect(estimate([entry(phases)], SHAPE, now)?.seconds).toBe(seconds);
  });

  test.each([[{ runner: "claude" }], [{ model: "n" }], [{ phase_count: 2 }]])("a run with %o is no sample", (overrides) => {
    expect(estimate([{ ...full, ...overrides }], SHAPE, now)).toBeNull();
  });

  test.each([
    [1, "low"],
    [2, "medium"],
    [4, "medium"],
    [5, "high"],
  ] as const)("%p samples give %s confidence", (count, confidence) => {
    expect(
      estimate(
        Array.from({ length: count }, () => full),
        SHAPE,
        now,
      )?.confidence,
    ).toBe(confidence);
  });

  test("nanoseconds count", () => {
    const precise = { ...full, phase_count: 1, phase_durations: { planning: { secs: 1, nanos: 500_000_000 } } };
    expect(estimate([precise], { ...SHAPE, phaseCount: 1 }, now)?.seconds).toBe(1.5);
  });
});

test.each([
  [0, "0s"],
  [59.9, "59s"],
  [60, "1m"],
  [210, "3m 30s"],
  [3599, "59m 59s"],
  [3600, "1h"],
  [3659, "1h"],
  [7500, "2h 5m"],
])("%p seconds are shown as %s", (seconds, text) => {
  expect(formatEta(seconds)).toBe(text);
});
