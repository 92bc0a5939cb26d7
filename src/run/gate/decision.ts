/** A recognised failure that comes back this often is beyond what the agent repairs by itself. */
export const SAME_PATTERN_LIMIT = 3;
/** Automatic repair turns of one phase. */
export const AUTOMATIC_REPAIRS = 10;

/** Counters of one phase's gate failures. */
export interface GateCounters {
  readonly repairs: number;
  readonly lastPattern: string | null;
  readonly samePattern: number;
}

export const NO_GATE_FAILURES: GateCounters = { repairs: 0, lastPattern: null, samePattern: 0 };

export type GateVerdict =
  | { readonly kind: "repair"; readonly counters: GateCounters }
  /** The same recognised failure too often. */
  | { readonly kind: "escalate"; readonly counters: GateCounters }
  /** No automatic repair is left. */
  | { readonly kind: "give_up"; readonly counters: GateCounters };

/** What follows a failing gate, `pattern` being the key of what it was recognised as. */
export function decideAfterGateFailure(before: GateCounters, pattern: string | null): GateVerdict {
  const samePattern = pattern !== null && pattern === before.lastPattern ? before.samePattern + 1 : 1;
  const counters = { repairs: before.repairs, lastPattern: pattern, samePattern };
  if (pattern !== null && samePattern >= SAME_PATTERN_LIMIT) return { kind: "escalate", counters };
  if (before.repairs < AUTOMATIC_REPAIRS) return { kind: "repair", counters: { ...counters, repairs: before.repairs + 1 } };
  return { kind: "give_up", counters };
}
