import * as v from "valibot";
import { messageOf } from "../../../base/errors.ts";
import { readTextIfExists } from "../../../base/files.ts";
import type { RunContext } from "../../../run/context.ts";
import { appendHistory, ExecutionHistory, type HistoryEntry, historyPath } from "../../../run/history.ts";

/** Adds what the worker measured to the execution history, once; a history that cannot be understood stays as it is. */
export function storeHistory(context: RunContext, entry: HistoryEntry | null): void {
  if (entry === null) return;
  try {
    if (!isStored(context, entry)) appendHistory(context, entry);
  } catch (error) {
    context.log.warn(`${entry.task_id} is not in the execution history ${historyPath(context.runtimeDir)}: ${messageOf(error)}`);
  }
}

function isStored(context: RunContext, entry: HistoryEntry): boolean {
  const text = readTextIfExists(historyPath(context.runtimeDir));
  if (text === null) return false;
  return v.parse(ExecutionHistory, JSON.parse(text)).entries.some((stored) => Bun.deepEquals(stored, entry));
}
