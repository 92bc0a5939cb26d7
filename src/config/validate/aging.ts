import type { JsonPath } from "../../base/jsonc.ts";
import { formatPath } from "../../base/parse.ts";
import type { Origin } from "../provenance.ts";
import type { ResolvedConfig } from "../resolved.ts";
import type { Problem } from "./problem.ts";

type Thresholds = ResolvedConfig["queue"]["aging_thresholds"];

const KEYS = ["warning_days", "stale_days", "rotten_days"] as const;
const PAIRS = [
  ["warning_days", "stale_days"],
  ["stale_days", "rotten_days"],
  ["warning_days", "rotten_days"],
] as const;
const RANK: Readonly<Record<Origin, number>> = { default: 0, global: 1, project: 2, ts: 3, profile: 4 };

/** Path of the thresholds in the configuration. */
export const AGING_PATH: JsonPath = ["queue", "aging_thresholds"];

/** A pair of one layer that does not grow; null when every such pair does. */
export function agingProblem(thresholds: Thresholds): Problem | null {
  for (const [low, high] of PAIRS) {
    const [lower, upper] = [thresholds[low], thresholds[high]];
    if (lower === null || upper === null || lower < upper) continue;
    return { path: [...AGING_PATH, low], text: `is ${lower}, must be less than \`${high}\` (${upper})` };
  }
  return null;
}

/**
 * Drops inherited thresholds that a stronger layer's value put out of order: such files loaded
 * before the three keys were merged one by one. Values of one layer are left for `agingProblem`.
 */
export function dropInheritedAging(
  thresholds: Thresholds,
  originOf: (key: (typeof KEYS)[number]) => Origin,
): { readonly thresholds: Thresholds; readonly warnings: readonly string[] } {
  let kept = thresholds;
  const warnings: string[] = [];
  for (const [low, high] of PAIRS) {
    const [lower, upper] = [kept[low], kept[high]];
    if (lower === null || upper === null || lower < upper) continue;
    const [lowRank, highRank] = [RANK[originOf(low)], RANK[originOf(high)]];
    if (lowRank === highRank) continue;
    const [dropped, other] = lowRank < highRank ? [low, high] : [high, low];
    warnings.push(
      `\`${formatPath([...AGING_PATH, dropped])}\` (${kept[dropped]}, from the ${originOf(dropped)} layer) does not go with \`${other}\` ${kept[other]} and is ignored.`,
    );
    kept = { ...kept, [dropped]: null };
  }
  return { thresholds: kept, warnings };
}
