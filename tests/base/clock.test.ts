import { expect, test } from "bun:test";
import fc from "fast-check";
import { formatTimestamp, parseTimestamp, systemClock } from "../../src/base/clock.ts";

const clock = systemClock();

test("two calls never give the same instant, and time does not run back", () => {
  const instants = Array.from({ length: 10_000 }, () => clock.now());
  expect(instants.every((instant, index) => index === 0 || instant > (instants[index - 1] ?? instant))).toBe(true);
});

test("the clock is that of the machine", () => {
  const now = Number(clock.now() / 1_000_000n);
  expect(Math.abs(now - Date.now())).toBeLessThan(1000);
});

test("sleep lasts as long as told", async () => {
  const started = clock.monotonicMs();
  await clock.sleep(30);
  expect(clock.monotonicMs() - started).toBeGreaterThanOrEqual(29);
});

test.each([30, 2 ** 31 + 5, Number.MAX_SAFE_INTEGER])(
  "sleep of %d ms ends at once when it is aborted, before or while it lasts",
  async (ms) => {
    const started = clock.monotonicMs();
    await clock.sleep(ms, AbortSignal.abort());
    const control = new AbortController();
    const sleeping = clock.sleep(ms, control.signal);
    control.abort();
    await sleeping;
    expect(clock.monotonicMs() - started).toBeLessThan(25);
  },
);

test("a sleep longer than any timer does not end at once", async () => {
  const control = new AbortController();
  const first = await Promise.race([clock.sleep(2 ** 31 + 5, control.signal).then(() => "long"), clock.sleep(20).then(() => "short")]);
  control.abort();
  expect(first).toBe("short");
});

test("what is formatted parses to the same nanosecond", () => {
  const last = BigInt(Date.UTC(9999, 11, 31)) * 1_000_000n;
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: last }), (instant) => {
      const text = formatTimestamp(instant);
      expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
      expect(parseTimestamp(text)).toEqual({ instant, offsetMinutes: 0 });
    }),
  );
});

test.each<[text: string, same: string, offset: number]>([
  [" 2026-03-02T08:15:00Z ", "2026-03-02T08:15:00.000000000Z", 0],
  ["2026-03-02 08:15:00z", "2026-03-02T08:15:00.000000000Z", 0],
  ["2026-03-02t08:15:00.5+02:30", "2026-03-02T05:45:00.500000000Z", 150],
  ["2026-03-02T08:15:00-05:00", "2026-03-02T13:15:00.000000000Z", -300],
  ["2026-03-02T08:15:00-00:00", "2026-03-02T08:15:00.000000000Z", 0],
  ["2026-03-02T08:15:00.1234567899Z", "2026-03-02T08:15:00.123456789Z", 0],
  ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000000Z", 0],
])("%j is %s", (text, same, offset) => {
  const parsed = parseTimestamp(text);
  expect(formatTimestamp(parsed?.instant ?? 0n)).toBe(same);
  expect(Object.is(parsed?.offsetMinutes, offset)).toBe(true);
});

test.each([
  "",
  "2026-03-02",
  "2026-03-02T08:15:00",
  "2026-02-30T00:00:00Z",
  "2025-02-29T00:00:00Z",
  "2026-13-01T00:00:00Z",
  "2026-00-01T00:00:00Z",
  "2026-03-00T00:00:00Z",
  "2026-03-02T24:00:00Z",
  "2026-03-02T08:60:00Z",
  "2026-03-02T08:15:61Z",
  "2026-03-02T08:15:00+24:00",
  "2026-03-02T08:15:00+02:60",
  "2026-03-02T08:15:00.Z",
  "2026-3-2T08:15:00Z",
  "x2026-03-02T08:15:00Z",
])("%j is no timestamp", (text) => expect(parseTimestamp(text)).toBeNull());
