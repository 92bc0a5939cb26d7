import { type OutcomeRecord, readOutcome, removeOutcome } from "../../queue/store/outcome.ts";
import type { RunContext } from "../context.ts";

/** What the agent recorded about the task in this run; a record of another run is removed. */
export function readOwnOutcome(context: RunContext, taskId: string): OutcomeRecord | null {
  const record = readOutcome(context, taskId);
  if (record === null) return null;
  if (record.run_id === context.runId && record.task_id === taskId) return record;
  removeOutcome(context, taskId);
  return null;
}
