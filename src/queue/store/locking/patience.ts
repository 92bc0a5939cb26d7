/** Why an attempt to take a lock failed for now. */
export type Obstacle =
  /** Somebody holds it who needs it for a moment only. */
  | "short_holder"
  /** The lock is there and its holder has not written its name yet. */
  | "forming"
  /** It was just cleared, or somebody else is clearing it. */
  | "changing";

/** Milliseconds each obstacle is waited for before the command gives up. */
export const LIMIT_MS = { short_holder: 5000, forming: 500, changing: 5000 } as const satisfies Record<Obstacle, number>;

/**
 * The pause before the next attempt in milliseconds, 20 doubling to 200; null when the time is up.
 * @param attempts attempts made so far, at least 1
 * @param waitedMs time since the first attempt that met this obstacle
 */
export function pauseBefore(obstacle: Obstacle, attempts: number, waitedMs: number): number | null {
  const left = LIMIT_MS[obstacle] - waitedMs;
  if (left <= 0) return null;
  return Math.min(200, 20 * 2 ** Math.min(attempts - 1, 8), Math.max(1, left));
}
