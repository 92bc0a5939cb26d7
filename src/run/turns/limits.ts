const DEFAULT_TURNS = 20;

/**
 * Agent turns a task may take: what was asked for, else 20, or what its shape needs by itself and ten more. What is
 * asked for at a resume counts from there: `used` turns were taken before.
 */
export function turnLimit(asked: number | null, phases: number, iterations: number, used = 0): number {
  if (asked !== null) return used + asked;
  const needed = phases * iterations;
  return needed > 10 ? needed + 10 : DEFAULT_TURNS;
}
