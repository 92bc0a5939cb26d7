import type { JsonPath } from "../../base/jsonc.ts";
import { formatPath } from "../../base/parse.ts";
import type { ResolvedAgent, ResolvedConfig } from "../resolved.ts";
import { AGING_RANGE, NOTIFICATION_TIMEOUT_RANGE, PARALLEL_RANGES, POLL_RANGE, type Range, RETRY_RANGES } from "../schema/ranges.ts";
import { rangeText } from "./problem.ts";

const AGING_RANGES = { warning_days: AGING_RANGE, stale_days: AGING_RANGE, rotten_days: AGING_RANGE } as const;
const POLL_RANGES = { empty_poll_ms: POLL_RANGE, wait_poll_ms: POLL_RANGE } as const;
const NOTIFICATION_RANGES = { timeout_ms: NOTIFICATION_TIMEOUT_RANGE } as const;

/** Moves numbers of keys that always loaded into their ranges, and says so. */
export function clampConfig(config: ResolvedConfig): { readonly config: ResolvedConfig; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  const clamped: ResolvedConfig = {
    ...config,
    queue: {
      ...config.queue,
      aging_thresholds: clamp(config.queue.aging_thresholds, AGING_RANGES, ["queue", "aging_thresholds"], warnings),
    },
    agent: clampAgent(config.agent, warnings),
    parallel: clamp(config.parallel, PARALLEL_RANGES, ["parallel"], warnings),
    loop: clamp(config.loop, POLL_RANGES, ["loop"], warnings),
  };
  return warnings.length === 0 ? { config, warnings } : { config: clamped, warnings };
}

function clampAgent(agent: ResolvedAgent, warnings: string[]): ResolvedAgent {
  return {
    ...agent,
    notification: clamp(agent.notification, NOTIFICATION_RANGES, ["agent", "notification"], warnings),
    runner_retry: clamp(agent.runner_retry, RETRY_RANGES, ["agent", "runner_retry"], warnings),
  };
}

function clamp<K extends string, T extends Readonly<Record<K, number | null>>>(
  section: T,
  ranges: Readonly<Record<K, Range>>,
  path: JsonPath,
  warnings: string[],
): T {
  let result = section;
  for (const key in ranges) {
    const value: number | null = section[key];
    const range = ranges[key];
    if (value === null || (value >= range.min && value <= range.max)) continue;
    const nearest = value < range.min ? range.min : range.max;
    warnings.push(`\`${formatPath([...path, key])}\` is ${value}, outside ${rangeText(range)}; ${nearest} is used.`);
    result = { ...result, [key]: nearest };
  }
  return result;
}
