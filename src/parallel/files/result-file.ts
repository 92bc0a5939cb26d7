import * as v from "valibot";
import { writeAtomic } from "../../base/files.ts";
import { readJson } from "../../base/json/read.ts";
import { HistoryEntry } from "../../run/history.ts";

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

export const AgentSession = v.object({ runner: v.string(), session_id: v.string() });
export type AgentSession = v.InferOutput<typeof AgentSession>;

/**
 * How a worker ended. `ready`: its branch is rebased on `base` and passed the gate at `tip`; `rejected`: the agent
 * recorded that the task should not be done; `blocked`: the phases are finished, the work cannot be brought in;
 * `failed`: the phases were not finished.
 */
export const ResultFile = v.object({
  version: v.literal(1),
  task_id: v.string(),
  token: v.string(),
  outcome: v.picklist(["ready", "rejected", "blocked", "failed"]),
  /** Commit the branch stands on. */
  base: v.nullable(v.string()),
  /** Tip of the branch. */
  tip: v.nullable(v.string()),
  /** Whether there is a commit beyond the base. */
  changed: v.boolean(),
  ci: v.object({ ran: v.boolean(), passed: v.boolean() }),
  attempts: Count,
  turns: v.optional(Count, 0),
  session: v.nullable(AgentSession),
  /** RFC 3339, UTC. */
  finished_at: v.string(),
  /** Evidence of the gate, one line, as it goes into the task's record. */
  evidence: v.optional(v.nullable(v.string()), null),
  /** What the agent recorded with its outcome. */
  notes: v.optional(v.array(v.string()), []),
  /** Runner and model of the last phase. */
  agent: v.optional(v.nullable(v.object({ runner: v.string(), model: v.string() })), null),
  /** Why it is blocked or failed. */
  reason: v.optional(v.nullable(v.string()), null),
  /** What the execution history keeps of it, once it has landed. */
  history: v.optional(v.nullable(HistoryEntry), null),
});
export type ResultFile = v.InferOutput<typeof ResultFile>;

/** How the worker ended; null when it did not say, or not so that it can be understood. */
export function readResult(path: string): ResultFile | null {
  return readJson(ResultFile, path);
}

/** Writes the result; only the worker itself may. */
export function writeResult(path: string, result: ResultFile): void {
  writeAtomic(path, `${JSON.stringify(result, null, 2)}\n`, { mode: 0o600 });
}
