import { join } from "node:path";
import * as v from "valibot";
import { readTextIfExists, writeAtomic } from "../base/files.ts";
import type { RepoContext } from "../config/context.ts";
import { HistoryEntry as FinishedRun } from "../queue/view/eta.ts";
import { type PhaseName, UsageTotals } from "./events.ts";

/** Newest entries that are kept. */
export const KEPT_ENTRIES = 100;

/** One finished task; keys this program does not know are kept as they are. */
export const HistoryEntry = v.looseObject({
  ...FinishedRun.entries,
  usage: v.optional(v.record(v.string(), UsageTotals)),
  evidence: v.optional(v.string()),
  run_id: v.optional(v.string()),
});
export type HistoryEntry = v.InferOutput<typeof HistoryEntry>;

export const ExecutionHistory = v.object({ version: v.number(), entries: v.array(HistoryEntry) });
export type ExecutionHistory = v.InferOutput<typeof ExecutionHistory>;

/** `.cueloop/cache/execution_history.json`. */
export function historyPath(runtimeDir: string): string {
  return join(runtimeDir, "cache", "execution_history.json");
}

/** The history with one entry more, the newest `KEPT_ENTRIES` kept. */
export function withEntry(history: ExecutionHistory, entry: HistoryEntry): ExecutionHistory {
  return { ...history, entries: [...history.entries, entry].slice(-KEPT_ENTRIES) };
}

/** Appends an entry; a file that cannot be understood is an error and stays as it is. */
export function appendHistory(context: RepoContext, entry: HistoryEntry): void {
  const path = historyPath(context.runtimeDir);
  const text = readTextIfExists(path);
  const history = text === null ? { version: 1, entries: [] } : v.parse(ExecutionHistory, JSON.parse(text));
  writeAtomic(path, `${JSON.stringify(withEntry(history, entry), null, 2)}\n`, { durable: "content" });
}

/** Whole seconds and the rest in nanoseconds. */
export function durationOf(milliseconds: number): HistoryEntry["total_duration"] {
  const nanoseconds = Math.round(milliseconds * 1e6);
  return { secs: Math.floor(nanoseconds / 1e9), nanos: nanoseconds % 1_000_000_000 };
}

/** The phases of a shape as history knows them. */
export function historyPhases(phaseCount: number): readonly PhaseName[] {
  if (phaseCount === 1) return ["planning"];
  return phaseCount === 2 ? ["planning", "implementation"] : ["planning", "implementation", "review"];
}
