import { findTask } from "../../queue/books.ts";
import { readBooks } from "../../queue/store/read.ts";
import type { RunContext } from "../context.ts";
import type { Finishing } from "../job.ts";

/**
 * Tells the hook `afterTask` of a task that a start finished for an earlier run, which could not tell it. What the agent
 * used is not known any more.
 * @param from when the start began with it, on the monotonic clock
 */
export async function tellFinished(
  context: RunContext,
  job: Pick<Finishing, "task" | "publishMode" | "record">,
  from: number,
): Promise<void> {
  if (!context.hooks.has("afterTask")) return;
  const found = findTask(readBooks(context, "lenient"), job.task.id);
  if (found?.file !== "done") return;
  await context.hooks.afterTask({
    task: found.task,
    outcome: found.task.status === "rejected" ? "rejected" : "done",
    commit: job.publishMode === "off" ? null : (job.record.sidecar.commit ?? null),
    durationMs: Math.round(context.clock.monotonicMs() - from),
    usage: null,
  });
}
