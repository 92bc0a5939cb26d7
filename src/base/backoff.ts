/** How long to wait between attempts. Times in milliseconds. */
export interface BackoffPolicy {
  readonly baseMs: number;
  /** Below 1 counts as 1. */
  readonly multiplier: number;
  /** Cap before jitter; jitter may exceed it. */
  readonly maxMs: number;
  /** Share of the delay by which it varies both ways, clamped to 0…1. */
  readonly jitterRatio: number;
}

/** Whole milliseconds before retry number `retry`, the first being 1. `random` gives numbers from 0 up to 1. */
export function backoffDelayMs(policy: BackoffPolicy, retry: number, random: () => number): number {
  const grown = policy.baseMs * Math.max(1, policy.multiplier) ** Math.max(0, retry - 1);
  // 0 × Infinity is NaN: a base of zero stays zero however far the growth went.
  const capped = policy.baseMs <= 0 ? 0 : Math.min(grown, policy.maxMs);
  const jitter = Math.min(1, Math.max(0, policy.jitterRatio));
  return Math.max(0, Math.round(capped * (1 + jitter * (random() * 2 - 1))));
}
