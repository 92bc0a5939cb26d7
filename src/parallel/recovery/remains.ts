import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { readRef } from "../../git/refs/refs.ts";
import { arePhasesFinished } from "../coordinator/tasks/give-up.ts";
import { workerDirectory } from "../files/paths.ts";
import type { ParallelRun } from "../run.ts";
import { isTerminal, type WorkerRecord } from "../state/record.ts";
import { isRetryWaiting } from "../state/waiting.ts";
import type { OurWorktree } from "../worktree/list.ts";
import { canonicalPath } from "../worktree/note.ts";
import type { Remains } from "./decide.ts";

/** Looks what there is of a task; changes nothing. */
export async function remainsOf(run: ParallelRun, record: WorkerRecord, worktrees: readonly OurWorktree[]): Promise<Remains> {
  const { context } = run;
  const path = canonicalPath(record.workspace_path);
  const found = worktrees.find((worktree) => canonicalPath(worktree.path) === path) ?? null;
  const hasBranch = typeof record.branch === "string" && (await readRef(context, `refs/heads/${record.branch}`)) !== null;
  return {
    record,
    worktree: placeOf(found),
    hasTraces: hasBranch || existsSync(workerDirectory(context.runtimeDir, record.task_id)),
    phasesFinished: !isTerminal(record) && !isRetryWaiting(record) && arePhasesFinished(run, record),
    placeExists: existsSync(dirname(record.workspace_path)),
  };
}

function placeOf(worktree: OurWorktree | null): Remains["worktree"] {
  if (worktree === null) return "none";
  if (worktree.note === null) return "half";
  return worktree.exists ? "whole" : "directory_gone";
}
