import { findTask } from "../../queue/books.ts";
import type { TerminalStatus } from "../../queue/status.ts";
import { withQueue } from "../../queue/store/transaction.ts";
import { finishTask } from "../../run/completion/finish-task.ts";
import type { RunContext } from "../../run/context.ts";
import { EVIDENCE_FIELD } from "../../run/gate/evidence.ts";
import type { Job } from "../../run/job.ts";
import type { ResultFile } from "../files/result-file.ts";
import { areBooksTracked } from "./integrate/books.ts";

/**
 * Archives the task in the worktree's own copies of the books, where these are no content of the repository: the record
 * there is what the coordinator takes over. One that is archived already stays as it is.
 */
export async function archiveCopy(
  context: RunContext,
  job: Pick<Job, "task" | "lock">,
  result: Pick<ResultFile, "notes" | "evidence" | "agent"> & { readonly status: TerminalStatus },
): Promise<void> {
  if (await areBooksTracked(context, "HEAD")) return;
  await withQueue(context, { label: "run one", lock: job.lock, runId: context.runId }, (books) => {
    const found = findTask(books, job.task.id);
    if (found?.file === "done" && found.task.status === result.status) return { books, result: null };
    // The copies are the agent's to read, and may have been edited by it: the record is the coordinator's.
    const others = (tasks: typeof books.queue.tasks) => tasks.filter((task) => task.id.trim() !== job.task.id.trim());
    const queue = { ...books.queue, tasks: [job.task, ...others(books.queue.tasks)] };
    const fresh = { queue, done: { ...books.done, tasks: others(books.done.tasks) } };
    const { agent } = result;
    const finished = finishTask(fresh, {
      taskId: job.task.id,
      outcome: result.status,
      at: context.clock.now(),
      notes: result.notes,
      fields: {
        ...(agent === null ? {} : { runner_used: agent.runner.toLowerCase(), model_used: agent.model }),
        [EVIDENCE_FIELD]: result.evidence,
      },
      redact: context.redact,
    });
    return { books: finished, result: null };
  });
}
