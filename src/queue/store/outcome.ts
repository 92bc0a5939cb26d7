import { join } from "node:path";
import * as v from "valibot";
import { formatTimestamp } from "../../base/clock.ts";
import { CueLoopError } from "../../base/errors.ts";
import { writeAtomic } from "../../base/files.ts";
import { readJson } from "../../base/json/read.ts";
import type { RepoContext } from "../../config/context.ts";
import { removeIfThere } from "./locking/files.ts";

export const OutcomeRecord = v.object({
  version: v.literal(1),
  run_id: v.string(),
  task_id: v.string(),
  outcome: v.picklist(["done", "rejected"]),
  notes: v.array(v.string()),
  /** RFC 3339, UTC. */
  at: v.string(),
});
/** What an agent said about its own task; the run decides what becomes of it. */
export type OutcomeRecord = v.InferOutput<typeof OutcomeRecord>;

type OutcomeContext = Pick<RepoContext, "runtimeDir">;

/** Where the record of a task stands. Error for an id that could leave the folder: `queue.id_invalid`. */
export function outcomePath(ctx: OutcomeContext, taskId: string): string {
  const id = taskId.trim();
  if (!/^[A-Za-z0-9_]+(-[A-Za-z0-9_]+)*$/.test(id)) {
    throw new CueLoopError("queue.id_invalid", {
      message: `\`${id}\` is not a task id.`,
      hint: "An id looks like RQ-0042.",
      where: { taskId: id },
    });
  }
  return join(ctx.runtimeDir, "cache", "outcomes", `${id}.json`);
}

/** The record of a task; null when there is none, or none that can be understood. */
export function readOutcome(ctx: OutcomeContext, taskId: string): OutcomeRecord | null {
  return readJson(OutcomeRecord, outcomePath(ctx, taskId));
}

/**
 * Records an outcome. A later one replaces an earlier one of the same run and adds its notes; what another run
 * recorded is replaced. Notes are redacted and trimmed, blank ones dropped. Error: `file.unwritable`.
 */
export function writeOutcome(
  ctx: OutcomeContext & Pick<RepoContext, "clock" | "redact">,
  said: { readonly runId: string; readonly taskId: string; readonly outcome: OutcomeRecord["outcome"]; readonly notes: readonly string[] },
): OutcomeRecord {
  const path = outcomePath(ctx, said.taskId);
  const earlier = readOutcome(ctx, said.taskId);
  const notes = said.notes.map((note) => ctx.redact(note).trim()).filter((note) => note !== "");
  const record: OutcomeRecord = {
    version: 1,
    run_id: said.runId,
    task_id: said.taskId.trim(),
    outcome: said.outcome,
    notes: [...(earlier?.run_id === said.runId ? earlier.notes : []), ...notes],
    at: formatTimestamp(ctx.clock.now()),
  };
  writeAtomic(path, JSON.stringify(record, null, 2), { mode: 0o600 });
  return record;
}

/** What an agent recorded in one of the runs `from` counts as recorded in `to`. */
export function adoptOutcome(ctx: OutcomeContext, taskId: string, runs: { readonly from: readonly string[]; readonly to: string }): void {
  const record = readOutcome(ctx, taskId);
  if (record === null || !runs.from.includes(record.run_id)) return;
  writeAtomic(outcomePath(ctx, taskId), JSON.stringify({ ...record, run_id: runs.to }, null, 2), { mode: 0o600 });
}

/** Removes the record of a task; none is fine. */
export function removeOutcome(ctx: OutcomeContext, taskId: string): void {
  removeIfThere(outcomePath(ctx, taskId));
}
