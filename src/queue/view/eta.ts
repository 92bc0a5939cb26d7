import * as v from "valibot";
import { type Instant, parseTimestamp } from "../../base/clock.ts";

const Duration = v.object({ secs: v.number(), nanos: v.number() });

/** One finished run, as the execution history keeps it; keys beyond these are passed over. */
export const HistoryEntry = v.object({
  timestamp: v.string(),
  task_id: v.string(),
  runner: v.string(),
  model: v.string(),
  phase_count: v.number(),
  /** By phase name; a single pass counts as planning. */
  phase_durations: v.record(v.string(), Duration),
  total_duration: Duration,
});
export type HistoryEntry = v.InferOutput<typeof HistoryEntry>;

export interface EtaShape {
  readonly runner: string;
  readonly model: string;
  readonly phaseCount: number;
}

export interface Eta {
  /** Seconds, with fraction. */
  readonly seconds: number;
  readonly samples: number;
  readonly confidence: "low" | "medium" | "high";
}

const PHASES: readonly string[] = ["planning", "implementation", "review"];
const DEFAULT_PHASE_SECONDS = 60;
const DAILY_WEIGHT = 0.9;
const SECONDS_PER_DAY = 86_400;

/**
 * How long a task of this shape takes, from earlier runs of the same shape: for each phase the mean, a run losing
 * a tenth of its weight a day. A phase without samples counts as the plain mean of the others. Null without any run.
 */
export function estimate(entries: readonly HistoryEntry[], shape: EtaShape, now: Instant): Eta | null {
  const samples = entries.filter(
    (entry) => entry.runner === shape.runner && entry.model === shape.model && entry.phase_count === shape.phaseCount,
  );
  if (samples.length === 0) return null;
  const averages = PHASES.slice(0, shape.phaseCount).map((phase) => weightedMean(samples, phase, now));
  const known = averages.filter((average) => average !== null);
  const substitute = known.length === 0 ? DEFAULT_PHASE_SECONDS : known.reduce((sum, average) => sum + average, 0) / known.length;
  const seconds = averages.reduce((sum: number, average) => sum + (average ?? substitute), 0);
  return {
    seconds: wholeNanoseconds(seconds),
    samples: samples.length,
    confidence: samples.length >= 5 ? "high" : samples.length >= 2 ? "medium" : "low",
  };
}

/** `45s`, `3m 30s`, `2h 5m`: two units at most, a zero second one left out. */
export function formatEta(seconds: number): string {
  const whole = Math.trunc(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3_600) return twoUnits(Math.trunc(whole / 60), "m", whole % 60, "s");
  return twoUnits(Math.trunc(whole / 3_600), "h", Math.trunc((whole % 3_600) / 60), "m");
}

function weightedMean(samples: readonly HistoryEntry[], phase: string, now: Instant): number | null {
  let weights = 0;
  let sum = 0;
  for (const entry of samples) {
    const duration = entry.phase_durations[phase];
    if (duration === undefined) continue;
    const weight = DAILY_WEIGHT ** ageInDays(entry.timestamp, now);
    weights += weight;
    sum += weight * (duration.secs + duration.nanos / 1e9);
  }
  return weights === 0 ? null : wholeNanoseconds(sum / weights);
}

/** Weighing leaves errors far below a nanosecond, which would turn 30 s into 29.999… s and so into 29. */
function wholeNanoseconds(seconds: number): number {
  return Math.round(seconds * 1e9) / 1e9;
}

function ageInDays(timestamp: string, now: Instant): number {
  const instant = parseTimestamp(timestamp)?.instant;
  if (instant === undefined) return 0;
  return Math.max(0, Number(now - instant) / 1e9 / SECONDS_PER_DAY);
}

function twoUnits(first: number, firstUnit: string, second: number, secondUnit: string): string {
  return second === 0 ? `${first}${firstUnit}` : `${first}${firstUnit} ${second}${secondUnit}`;
}
