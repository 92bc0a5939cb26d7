import { askAfterTask } from "../../../run/after-task.ts";
import { announceTaskEnd } from "../../../run/announce.ts";
import type { ParallelRun } from "../../run.ts";
import type { TaskEnd } from "../options.ts";
import type { Slot } from "./slot.ts";

/** Tells everybody, and the hook `afterTask`, how a task came out. */
export async function tellEnd(
  { context }: ParallelRun,
  end: TaskEnd,
  { task, startedAt, usage }: Pick<Slot, "task" | "startedAt" | "usage">,
): Promise<void> {
  const duration_ms = Math.round(context.clock.monotonicMs() - startedAt);
  const outcome = outcomeOf(end);
  if (outcome === "blocked" || outcome === "failed") {
    announceTaskEnd(context, task, { outcome: "failed", duration_ms, usage }, new Error(end.reason ?? "it failed"));
  } else {
    announceTaskEnd(context, task, { outcome, ...(end.commit === null ? {} : { commit: end.commit }), duration_ms, usage });
  }
  await askAfterTask(context, { task, outcome, commit: end.commit, durationMs: duration_ms, usage });
}

function outcomeOf({ kind }: TaskEnd): "done" | "rejected" | "blocked" | "failed" {
  return kind === "landed" || kind === "held" ? "done" : kind;
}
