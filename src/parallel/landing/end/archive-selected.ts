import { withQueue } from "../../../queue/store/transaction.ts";
import { archiveInBooks } from "../../books/archive.ts";
import type { ResultFile } from "../../files/result-file.ts";
import { requireTaskFile } from "../../files/task-file.ts";
import type { ParallelRun } from "../../run.ts";

/**
 * Archives a task in the books of the coordinator's checkout, tracked or not, left uncommitted. A task that is finished
 * there already stays as it is. Error: `parallel.no_task`, and those of the queue.
 */
export async function archiveSelected(
  { context, lock }: Pick<ParallelRun, "context" | "lock">,
  taskId: string,
  result: Pick<ResultFile, "outcome" | "notes" | "evidence" | "agent">,
): Promise<void> {
  const task = requireTaskFile(context.runtimeDir, taskId, "parallel.no_task");
  const options = { label: "run loop", lock, operation: `archive of ${taskId}`, runId: context.runId, logWarnings: false };
  const at = context.clock.now();
  await withQueue(context, options, (books) => ({
    books: archiveInBooks(books, { task, result, at, redact: context.redact }),
    result: null,
  }));
}
