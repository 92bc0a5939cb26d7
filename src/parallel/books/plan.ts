import { isCueLoopError, messageOf } from "../../base/errors.ts";
import type { Books } from "../../queue/books.ts";
import type { Task } from "../../queue/task.ts";
import { type ValidationRules, validateQueueSet } from "../../queue/validate.ts";
import { withEvidence } from "./archive.ts";
import { type FollowupTask, type Proposal, planFollowups } from "./followups.ts";

export interface ReconciliationInput {
  /** The coordinator's. */
  readonly books: Books;
  readonly taskId: string;
  /** Records of the done file in the worker's worktree. */
  readonly records: readonly Task[];
  /** How the worker says it ended: only then is a rejected record taken. */
  readonly outcome: "done" | "rejected";
  /** Evidence of the gate, one line. */
  readonly evidence: string | null;
  readonly proposal: Proposal;
  readonly runId: string;
  /** `formatTimestamp` of the moment. */
  readonly now: string;
  readonly rules: ValidationRules;
}

export type Reconciliation =
  | {
      readonly kind: "unchanged" | "changed";
      readonly books: Books;
      readonly created: readonly FollowupTask[];
      /** Why nothing was made of the proposal; null when there is no such reason. */
      readonly problem: string | null;
    }
  /** Nothing may be taken over; `reason` continues a sentence about the worker's done file. */
  | { readonly kind: "refused"; readonly reason: string };

/**
 * What becomes of the coordinator's books after a worker has finished. The record of its own task is taken whole, with
 * the evidence; nothing else the worker's files say counts. What is taken over already changes nothing.
 */
export function planReconciliation(input: ReconciliationInput): Reconciliation {
  const { books, outcome } = input;
  const id = input.taskId.trim();
  const found = input.records.filter((task) => task.id.trim() === id);
  const [reported] = found;
  if (reported === undefined) return refused("does not have the task: it was not archived");
  if (found.length > 1) return refused(`has ${found.length} records of the task, and exactly one can be taken`);
  const problem = problemOf(reported, outcome);
  if (problem !== null) return refused(problem);

  const record = withEvidence(reported, outcome === "done" ? input.evidence : null);
  const archived = withRecord(books, record);
  try {
    validateQueueSet(archived, input.rules);
  } catch (error) {
    if (!isCueLoopError(error, "queue.invalid")) throw error;
    return refused(`has a record with which the queue would not be valid: ${messageOf(error)}`);
  }
  const proposal: Proposal = outcome === "done" ? input.proposal : { kind: "none" };
  const followed = planFollowups(archived, proposal, { taskId: id, runId: input.runId, now: input.now, rules: input.rules });
  return { kind: followed.books === books ? "unchanged" : "changed", ...followed };
}

function problemOf({ status, completed_at: completedAt }: Task, outcome: "done" | "rejected"): string | null {
  if (status !== outcome) {
    return `has the task with status ${status}, where ${outcome} is expected`;
  }
  return completedAt === undefined || completedAt.trim() === "" ? "has the task without completed_at" : null;
}

/** The record at the end of the done file, in place of whatever has its id. The same books when it is there already. */
function withRecord(books: Books, record: Task): Books {
  const id = record.id.trim();
  const others = (tasks: readonly Task[]) => tasks.filter((task) => task.id.trim() !== id);
  const [queue, done] = [others(books.queue.tasks), others(books.done.tasks)];
  const present = books.done.tasks.filter((task) => task.id.trim() === id);
  if (queue.length === books.queue.tasks.length && present.length === 1 && Bun.deepEquals(present[0], record)) return books;
  return { queue: { ...books.queue, tasks: queue }, done: { ...books.done, tasks: [...done, record] } };
}

function refused(reason: string): Reconciliation {
  return { kind: "refused", reason };
}
