import { CueLoopError, isCueLoopError, messageOf } from "../../base/errors.ts";
import { readTextIfExists } from "../../base/files.ts";
import { parseQueueFile } from "../../queue/file.ts";
import { rulesOf } from "../../queue/store/pair.ts";
import { withQueue } from "../../queue/store/transaction.ts";
import type { Task } from "../../queue/task.ts";
import type { ResultFile } from "../files/result-file.ts";
import type { ParallelRun } from "../run.ts";
import type { WorkerRecord } from "../state/record.ts";
import { bookkeepingAuthority } from "./authority.ts";
import { dropWorkerProposal, keepProposal, readWorkerProposal } from "./followups.ts";
import { mapPath } from "./map-path.ts";
import { planReconciliation } from "./plan.ts";

type ReconcilingRun = Pick<ParallelRun, "context" | "lock" | "books">;
type Finished = Pick<ResultFile, "outcome" | "evidence">;

/**
 * Takes the result of a finished worker into the coordinator's queue files, where git does not carry it: one transaction
 * under the held lock. Calling it again changes nothing. Where both files are tracked it does nothing.
 * Errors: `parallel.reconciliation`, which names worker, task and file, with both files as they were;
 * `queue.write_failed`, `queue.lock_held`: to be tried again.
 */
export async function reconcile(run: ReconcilingRun, record: WorkerRecord, result: Finished): Promise<void> {
  try {
    await reconcileOne(run, record, result);
  } catch (error) {
    throw isCueLoopError(error) && !PASSING.has(error.code) ? unreconciled(record, error) : error;
  }
}

/** Errors that say nothing about what the worker left. */
const PASSING: ReadonlySet<string> = new Set([
  "queue.write_failed",
  "queue.lock_held",
  "queue.lock_failed",
  "queue.interrupted",
  "git.interrupted",
]);

async function reconcileOne({ context, lock, books: expected }: ReconcilingRun, record: WorkerRecord, result: Finished): Promise<void> {
  const authority = await bookkeepingAuthority(context);
  if (authority !== expected) throw trackingChanged(expected);
  if (authority === "git") return;
  const { workspace_path: worktree } = record;
  const taskId = record.task_id.trim();
  const file = mapPath(context.root, worktree, context.donePath);
  const records = readRecords(file);
  const proposal = readWorkerProposal(context, worktree, taskId);
  const options = { label: "run loop", lock, operation: OPERATION, runId: context.runId, logWarnings: false };
  const plan = await withQueue(context, options, (books, now) => {
    const outcome = result.outcome === "rejected" ? "rejected" : "done";
    const rules = rulesOf(context, "");
    const input = { books, taskId, records, outcome, evidence: result.evidence, proposal, runId: context.runId, now, rules } as const;
    const planned = planReconciliation(input);
    if (planned.kind === "refused") throw refusal(record, file, planned.reason);
    return { books: planned.books, result: planned };
  });
  if (plan.problem !== null) keepProposal(context, worktree, taskId, plan.problem);
  dropWorkerProposal(context, worktree, taskId);
  if (plan.created.length > 0) {
    context.emit({ kind: "followups_applied", task_id: taskId, payload: { created: plan.created.map((made) => ({ ...made })) } });
  }
  if (plan.kind === "changed") context.log.info(`The record of ${taskId} was taken from its worker into the done file.`);
}

const OPERATION = "parallel worker bookkeeping reconciliation";

/** A missing file holds nothing; its text is never repaired. */
function readRecords(file: string): readonly Task[] {
  const text = readTextIfExists(file);
  return text === null ? [] : parseQueueFile(text, file).tasks;
}

function refusal(record: WorkerRecord, file: string, reason: string): CueLoopError {
  return new CueLoopError("parallel.reconciliation", {
    message: `The result of ${record.task_id} cannot be taken over: ${file} of its worker in ${record.workspace_path} ${reason}.`,
    hint: "The queue files are as they were, and the worktree is kept.",
    kept: record.workspace_path,
    where: { file, taskId: record.task_id },
  });
}

function unreconciled(record: WorkerRecord, cause: CueLoopError): CueLoopError {
  if (cause.code === "parallel.reconciliation") return cause;
  return new CueLoopError("parallel.reconciliation", {
    message: `The result of ${record.task_id} from its worker in ${record.workspace_path} cannot be taken over: ${messageOf(cause)}`,
    hint: [cause.hint, "The queue files are as they were, and the worktree is kept."].filter((line) => line !== undefined).join("\n"),
    kept: record.workspace_path,
    where: { ...cause.where, taskId: record.task_id },
    cause,
  });
}

function trackingChanged(expected: "git" | "coordinator"): CueLoopError {
  return new CueLoopError("parallel.tracking_changed", {
    message:
      expected === "git"
        ? "The queue files were tracked by git when the run started, and are not any more."
        : "The queue files were not tracked by git when the run started, and now they are.",
    hint: "Take that back, or start the run again: it goes on with what is ready.",
  });
}
