import { formatTimestamp } from "../../base/clock.ts";
import { CueLoopError, isCueLoopError, messageOf } from "../../base/errors.ts";
import type { Books } from "../../queue/books.ts";
import { renderQueueFile } from "../../queue/file.ts";
import { rulesOf } from "../../queue/store/pair.ts";
import { readBooks } from "../../queue/store/read.ts";
import { validateQueueSet } from "../../queue/validate.ts";
import type { ResultFile } from "../files/result-file.ts";
import { requireTaskFile } from "../files/task-file.ts";
import type { ParallelRun } from "../run.ts";
import type { WorkerRecord } from "../state/record.ts";
import { archiveInBooks } from "./archive.ts";
import { booksAt } from "./at-commit.ts";
import { type FollowupTask, keepProposal, planFollowups, readWorkerProposal } from "./followups.ts";

export interface LandedBooks {
  /** Texts of the two files. */
  readonly queueText: string;
  readonly doneText: string;
  readonly created: readonly FollowupTask[];
}

/**
 * The tracked queue files as the landing of a task leaves them: those of the commit it lands on, with this one task
 * archived and the tasks it proposed; `read` reads the books of a commit. Writes nothing but a proposal that could not be applied, which it keeps.
 * Errors: `parallel.books_invalid`, `parallel.books_missing`, `git.failed`.
 */
export async function landedBooks(
  run: Pick<ParallelRun, "context">,
  record: WorkerRecord,
  result: Pick<ResultFile, "outcome" | "notes" | "evidence" | "agent">,
  baseCommit: string,
  read: typeof booksAt = booksAt,
): Promise<LandedBooks> {
  const { context } = run;
  const taskId = record.task_id.trim();
  const base = await read(context, baseCommit).catch((error: unknown) => {
    throw isCueLoopError(error) && !error.code.startsWith("git.") ? invalid(taskId, baseCommit, error) : error;
  });
  const at = context.clock.now();
  const task = requireTaskFile(context.runtimeDir, taskId, "parallel.books_invalid");
  const archived = archiveInBooks(base, { task, result, at, redact: context.redact });
  const rules = rulesOf(context, "");
  try {
    validateQueueSet(archived, rules);
  } catch (error) {
    throw isCueLoopError(error, "queue.invalid") ? invalid(taskId, baseCommit, error) : error;
  }
  const { workspace_path: worktree } = record;
  const proposal = result.outcome === "rejected" ? ({ kind: "none" } as const) : readWorkerProposal(context, worktree, taskId);
  const plan = { taskId, runId: context.runId, now: formatTimestamp(at), rules, avoid: idsInUse(context) };
  const followed = planFollowups(archived, proposal, plan);
  if (followed.problem !== null) keepProposal(context, worktree, taskId, followed.problem);
  const { queue, done } = followed.books;
  return { queueText: renderQueueFile(queue), doneText: renderQueueFile(done), created: followed.created };
}

/** Ids of the person's own files, edits that are not committed included; what cannot be read has none. */
function idsInUse(context: ParallelRun["context"]): readonly string[] {
  try {
    const books: Books = readBooks(context, "unchecked");
    return [...books.queue.tasks, ...books.done.tasks].map(({ id }) => id);
  } catch (error) {
    if (!isCueLoopError(error)) throw error;
    return [];
  }
}

function invalid(taskId: string, commit: string, cause: CueLoopError): CueLoopError {
  return new CueLoopError("parallel.books_invalid", {
    message: `${taskId} cannot be archived in the queue files of ${commit.slice(0, 12)}: ${messageOf(cause)}`,
    ...(cause.hint === undefined ? {} : { hint: cause.hint }),
    where: { ...cause.where, taskId },
    cause,
  });
}
