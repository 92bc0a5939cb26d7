const DEFAULT_TURNS = 20;

/** Agent turns a task may take: what was asked for, else 20, or what its shape needs by itself and ten more. */
export function turnLimit(asked: number | null, phases: number, iterations: number): number {
  if (asked !== null) return asked;
  const needed = phases * iterations;
  return needed > 10 ? needed + 10 : DEFAULT_TURNS;
}
