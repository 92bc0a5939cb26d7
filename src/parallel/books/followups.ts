import { rmSync } from "node:fs";
import { isCueLoopError, messageOf } from "../../base/errors.ts";
import { readTextIfExists, writeAtomic } from "../../base/files.ts";
import type { Books } from "../../queue/books.ts";
import { applyFollowups, wasApplied } from "../../queue/change/followups.ts";
import type { FollowupsProposal } from "../../queue/change/request.ts";
import { proposalPath, readProposal } from "../../queue/store/followups.ts";
import { type ValidationRules, validateQueueSet } from "../../queue/validate.ts";
import type { RunContext } from "../../run/context.ts";
import { mapPath } from "./map-path.ts";

/** What the agent of a worker proposed: a proposal, or why what it left is none. */
export type Proposal =
  | { readonly kind: "none" }
  | { readonly kind: "valid"; readonly proposal: FollowupsProposal }
  | { readonly kind: "invalid"; readonly problem: string };

export interface FollowupTask {
  readonly task_id: string;
  readonly title: string;
}

export interface WithFollowups {
  readonly books: Books;
  readonly created: readonly FollowupTask[];
  /** Why nothing was made of the proposal; null when there is no such reason. */
  readonly problem: string | null;
}

export interface FollowupPlan {
  readonly taskId: string;
  readonly runId: string;
  /** `formatTimestamp` of the moment. */
  readonly now: string;
  readonly rules: ValidationRules;
  /** Ids that are taken elsewhere. */
  readonly avoid?: Iterable<string>;
}

/**
 * The books with the tasks that were proposed, at the end and marked with the run. A proposal of which no valid books
 * can be made leaves them as they are: it does not undo the work.
 */
export function planFollowups(books: Books, proposal: Proposal, plan: FollowupPlan): WithFollowups {
  if (proposal.kind === "none") return { books, created: [], problem: null };
  if (proposal.kind === "invalid") return { books, created: [], problem: proposal.problem };
  if (proposal.proposal.tasks.length === 0 || wasApplied(books, proposal.proposal, plan.taskId))
    return { books, created: [], problem: null };
  try {
    const made = applyFollowups(books, proposal.proposal, plan.taskId, {
      rules: { prefix: plan.rules.idPrefix, width: plan.rules.idWidth },
      now: plan.now,
      // The proposal is all that a worker's agent can make tasks with: what others made in this run does not count.
      run: { runId: plan.runId, taskId: plan.taskId, since: plan.now },
      avoid: plan.avoid ?? [],
    });
    validateQueueSet(made.books, plan.rules);
    return { books: made.books, created: made.created.map(({ task }) => ({ task_id: task.id, title: task.title })), problem: null };
  } catch (error) {
    if (!isCueLoopError(error)) throw error;
    return { books, created: [], problem: messageOf(error) };
  }
}

/** What the agent in this worktree proposed. */
export function readWorkerProposal(context: Pick<RunContext, "root" | "runtimeDir">, worktree: string, taskId: string): Proposal {
  try {
    const proposal = readProposal(workerProposalPath(context, worktree, taskId));
    return proposal === null ? { kind: "none" } : { kind: "valid", proposal };
  } catch (error) {
    if (!isCueLoopError(error)) throw error;
    return { kind: "invalid", problem: messageOf(error) };
  }
}

/** Keeps a proposal that could not be applied where the person can correct and apply it, and says so once. */
export function keepProposal(
  context: Pick<RunContext, "root" | "runtimeDir" | "emit">,
  worktree: string,
  taskId: string,
  problem: string,
): void {
  const text = readTextIfExists(workerProposalPath(context, worktree, taskId));
  const kept = proposalPath(context, taskId);
  if (text === null || readTextIfExists(kept) === text) return;
  writeAtomic(kept, text);
  context.emit({
    kind: "warning",
    task_id: taskId,
    message: `The follow-up proposal of ${taskId} was not applied, and is kept as ${kept}: ${problem}\n\`cueloop task followups apply --task ${taskId} --dry-run\` checks it.`,
  });
}

/** Removes the proposal from the worktree, once its tasks are in the books. */
export function dropWorkerProposal(context: Pick<RunContext, "root" | "runtimeDir">, worktree: string, taskId: string): void {
  rmSync(workerProposalPath(context, worktree, taskId), { force: true });
}

function workerProposalPath(context: Pick<RunContext, "root" | "runtimeDir">, worktree: string, taskId: string): string {
  return proposalPath({ runtimeDir: mapPath(context.root, worktree, context.runtimeDir) }, taskId);
}
