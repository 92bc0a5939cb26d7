import { rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { writeAtomic } from "../../base/files.ts";
import { readJson } from "../../base/json/read.ts";
import { TaskRecord } from "../../queue/task.ts";

export const RunStep = v.picklist(["planning", "implementation", "review", "gate", "archive", "publish"]);
export type RunStep = v.InferOutput<typeof RunStep>;

/** A task's record and its place (counted from 0) in the active queue. */
export const PlacedTask = v.object({ index: v.pipe(v.number(), v.integer(), v.minValue(0)), task: TaskRecord });
export type PlacedTask = v.InferOutput<typeof PlacedTask>;

/** What is recorded of a task in progress beyond the session file, for this program alone. */
export const Sidecar = v.object({
  version: v.literal(1),
  session_id: v.string(),
  run_id: v.string(),
  /** Runs that worked on the same session before, oldest first. */
  earlier_runs: v.optional(v.array(v.string())),
  /** Written before the step's first effect. */
  step: RunStep,
  phase: v.number(),
  /** Counts from 1. */
  iteration: v.number(),
  turns: v.number(),
  /** Ref of the tree the task's work began from. */
  base: v.nullable(v.string()),
  /** Tree at the start of the phase. */
  phase_tree: v.nullable(v.string()),
  head: v.nullable(v.string()),
  branch: v.nullable(v.string()),
  plan_sha256: v.nullable(v.string()),
  response_sha256: v.nullable(v.string()),
  agent_session: v.nullable(v.object({ phase: v.number(), runner: v.string(), id: v.string() })),
  task_before: PlacedTask,
  task_doing: v.optional(PlacedTask),
  /** What the gate saw. */
  tree: v.optional(v.string()),
  /** What it left, where it wrote files. */
  tree_after: v.optional(v.string()),
  evidence: v.optional(v.string()),
  message: v.optional(v.string()),
  commit: v.optional(v.string()),
  /** The rejected task's changes are being taken out of the tree; all of them are kept under the ref. */
  rejected_ref: v.optional(v.string()),
  /** The task is being undone: its whole state is kept under the ref; `reason` goes into a note of a task that is put aside. */
  undoing: v.optional(v.object({ ref: v.string(), reason: v.nullable(v.string()) })),
  updated_at: v.string(),
});
export type Sidecar = v.InferOutput<typeof Sidecar>;

/** `.cueloop/cache/session-state.json`. */
export function sidecarPath(runtimeDir: string): string {
  return join(runtimeDir, "cache", "session-state.json");
}

/** The sidecar, or null when there is none or it cannot be understood. */
export function readSidecar(runtimeDir: string): Sidecar | null {
  try {
    return readJson(Sidecar, sidecarPath(runtimeDir));
  } catch {
    return null;
  }
}

/**
 * Writes the sidecar; always before the session file it belongs to. `durable` as in `writeAtomic`: without it a power
 * cut may bring back the one before.
 */
export function writeSidecar(runtimeDir: string, sidecar: Sidecar, durable: boolean): void {
  writeAtomic(sidecarPath(runtimeDir), `${JSON.stringify(sidecar, null, 2)}\n`, { durable: durable ? true : "content" });
}

/** Removes the sidecar. */
export function removeSidecar(runtimeDir: string): void {
  rmSync(sidecarPath(runtimeDir), { force: true });
}
