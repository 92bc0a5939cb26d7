import { median } from "./bench.ts";

/** One line of the result. */
export interface Row {
  readonly name: string;
  readonly against: string;
  /** Of the fastest run. */
  readonly ms: number;
  /** Fastest run against fastest run; with `isMore`, by how many milliseconds it is longer. */
  readonly ratio: number;
  /** Median against median; null where there was one run. */
  readonly usual: number | null;
  readonly target: number;
  /** The worst ratio that does not fail. */
  readonly limit: number;
  /** Whether the limit is a floor: the ratio is to be large. */
  readonly isFloor: boolean;
  /** Not a ratio but a difference is held against target and limit. Default false. */
  readonly isMore?: boolean;
  /** Null where it is not measured. */
  readonly megabytes: number | null;
}

/** Compares series of times, in milliseconds, that were measured in turn. */
export function compare(measured: readonly number[], floor: readonly number[]): Pick<Row, "ms" | "ratio" | "usual"> {
  const ms = Math.min(...measured);
  return { ms, ratio: ms / Math.min(...floor), usual: measured.length < 2 ? null : median(measured) / median(floor) };
}

/** By how much one series is longer than the other, in milliseconds. */
export function difference(measured: readonly number[], floor: readonly number[]): Pick<Row, "ms" | "ratio" | "usual" | "isMore"> {
  const ms = Math.min(...measured);
  return { ms, ratio: ms - Math.min(...floor), usual: median(measured) - median(floor), isMore: true };
}

const MOST_MEGABYTES = 200;

export function print(rows: readonly Row[]): void {
  console.log("measured                                  ms      ratio  (median)   target    limit   MB   against");
  for (const row of rows) {
    const numbers = [
      row.ms.toFixed(1).padStart(8),
      shown(row, row.ratio).padStart(7),
      (row.usual === null ? "" : shown(row, row.usual)).padStart(9),
      String(row.target).padStart(7),
      `${row.isFloor ? "≥" : "≤"} ${row.limit}`.padStart(8),
      (row.megabytes?.toFixed(0) ?? "").padStart(4),
    ];
    console.log(`${row.name.padEnd(38)} ${numbers.join(" ")}   ${row.against}`);
  }
}

function shown({ isMore = false }: Row, value: number): string {
  return isMore ? `+${value.toFixed(1)}ms` : value.toFixed(2);
}

/** What a row fails by; null: nothing. */
export function failureOf(row: Row): string | null {
  if (row.isFloor ? row.ratio < row.limit : row.ratio > row.limit) {
    return `past its limit: ${row.name} (${shown(row, row.ratio)}, ${row.isFloor ? "at least" : "at most"} ${row.limit})`;
  }
  if (row.megabytes !== null && row.megabytes > MOST_MEGABYTES) {
    return `over ${MOST_MEGABYTES} MB: ${row.name} (${row.megabytes.toFixed(0)} MB)`;
  }
  return null;
}
