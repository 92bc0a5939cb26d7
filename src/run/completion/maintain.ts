import { planRepair } from "../../queue/change/repair.ts";
import { withQueue } from "../../queue/store/transaction.ts";
import type { RunContext } from "../context.ts";
import type { Job } from "../job.ts";

/** Mends what an agent's edit of the books left doubtful, with an undo snapshot, and validates both files. */
export async function maintainBooks(context: RunContext, job: Job): Promise<void> {
  const options = { label: "run one", lock: job.lock, runId: context.runId };
  const mended = await withQueue(context, options, (books, now) => {
    const plan = planRepair(books, "maintenance", { rules: { prefix: context.idPrefix, width: context.idWidth }, now });
    if (!plan.changed) return { books, result: 0 };
    return { books: plan.books, result: plan.report.fixed_tasks, operation: "post-run queue maintenance" };
  });
  if (mended > 0) {
    context.emit({
      kind: "message",
      task_id: job.task.id,
      message: `Mended ${mended} ${mended === 1 ? "task" : "tasks"} in the queue files; \`cueloop undo\` takes that back.`,
    });
  }
}
