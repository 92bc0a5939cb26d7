import { CueLoopError } from "../../base/errors.ts";
import { findTask } from "../../queue/books.ts";
import type { TerminalStatus } from "../../queue/status.ts";
import { withQueue } from "../../queue/store/transaction.ts";
import type { RunContext } from "../context.ts";
import { EVIDENCE_FIELD } from "../gate/evidence.ts";
import type { Job } from "../job.ts";
import type { PlacedTask } from "../session/sidecar.ts";
import type { Ending } from "../undo/ending.ts";
import { finishTask, reopenTask, setFields } from "./finish-task.ts";

const LABEL = "run one";

/** Archives the task, and every other finished one, in one transaction. Error: `run.claim_lost`. */
export async function archiveTask(
  context: RunContext,
  job: Pick<Job, "task" | "lock">,
  finish: {
    readonly outcome: TerminalStatus;
    readonly notes: readonly string[];
    readonly evidence: string | null;
    /** Those of the last phase; null: not known any more. */
    readonly agent: { readonly runner: string; readonly model: string } | null;
  },
): Promise<void> {
  context.claims.require(job.task.id);
  await withQueue(context, { label: LABEL, lock: job.lock, runId: context.runId }, (books) => ({
    books: finishTask(books, {
      taskId: job.task.id,
      outcome: finish.outcome,
      at: context.clock.now(),
      notes: finish.notes,
      fields: {
        ...(finish.agent === null ? {} : { runner_used: finish.agent.runner.toLowerCase(), model_used: finish.agent.model }),
        [EVIDENCE_FIELD]: finish.evidence,
      },
      redact: context.redact,
    }),
    result: null,
  }));
}

/** Rewrites the evidence in the task's record. */
export async function writeEvidence(context: RunContext, job: Pick<Job, "task" | "lock">, evidence: string): Promise<void> {
  await withQueue(context, { label: LABEL, lock: job.lock, runId: context.runId }, (books) => ({
    books: setFields(books, job.task.id, { [EVIDENCE_FIELD]: evidence }),
    result: null,
  }));
}

/** Takes an archive back: the record from before it returns to the active queue. */
export async function reopen(context: RunContext, job: Pick<Job, "task" | "lock">, record: PlacedTask): Promise<void> {
  await withQueue(context, { label: LABEL, lock: job.lock, runId: context.runId }, (books) => ({
    books: reopenTask(books, record),
    result: null,
  }));
}

/** The task's record as it is now, with its place in the active queue; null when it is not active. */
export async function activeRecord(context: RunContext, job: Pick<Job, "task" | "lock">): Promise<PlacedTask | null> {
  return withQueue(context, { label: LABEL, lock: job.lock, runId: context.runId }, (books) => {
    const found = findTask(books, job.task.id);
    return { books, result: found === null || found.file === "done" ? null : { index: found.index, task: found.task } };
  });
}

/** The task vanished from both files while it was worked. */
export function taskLost(job: Pick<Job, "task" | "lock">): CueLoopError {
  return new CueLoopError("run.task_lost", {
    message: `${job.task.id} is in neither file any more: the agent, or somebody else, removed it while it was worked. Its changes are in the tree.`,
    hint: "`cueloop undo --list` shows earlier states of the queue; `git diff` shows the work.",
    where: { taskId: job.task.id },
  });
}

/** The task is in the done file without being finished. */
export function taskInconsistent(job: Pick<Job, "task" | "lock">, status: string, ending: Ending | null): CueLoopError {
  const message = `${job.task.id} is in the done file with status ${status}.`;
  const isUndone = ending !== null && ending.outcome.kind !== "kept";
  return new CueLoopError("run.task_inconsistent", {
    message: ending === null ? message : `${message}\n${ending.statement}`,
    hint: isUndone
      ? ending.hint
      : "Move it back to the queue, or give it a final status, in the files; `cueloop queue validate` checks them.",
    where: { taskId: job.task.id },
  });
}
