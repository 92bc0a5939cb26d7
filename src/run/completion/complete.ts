import { CueLoopError, isCueLoopError, messageOf } from "../../base/errors.ts";
import { takeBack } from "../../git/commit.ts";
import { updateRef } from "../../git/refs/refs.ts";
import { uninterruptible } from "../../git/run.ts";
import { captureTree } from "../../git/tree.ts";
import { type Books, findTask } from "../../queue/books.ts";
import { removeOutcome } from "../../queue/store/outcome.ts";
import { readBooks } from "../../queue/store/read.ts";
import type { RunContext } from "../context.ts";
import { type Evidence, evidenceText } from "../gate/evidence.ts";
import type { GateResult } from "../gate/execute.ts";
import { checkLfs } from "../gate/lfs.ts";
import { passGate } from "../gate/pass.ts";
import type { Finishing, Job } from "../job.ts";
import { commitByHand } from "../publish/by-hand.ts";
import { taskCommitMessage } from "../publish/commit-message.ts";
import { requireCommittable } from "../publish/committable.ts";
import { type Commit, publishBooks, publishWork } from "../publish/publish.ts";
import { taskRef } from "../refs.ts";
import { isTreeUnchanged } from "../trees.ts";
import type { Conversation } from "../turns/conversation.ts";
import { settleFailure } from "../undo/settle.ts";
import { activeRecord, archiveTask, reopen, taskInconsistent, taskLost } from "./books.ts";
import { type CompletionPlan, decideCompletion } from "./decide.ts";
import { applyFollowups } from "./followups.ts";
import { maintainBooks } from "./maintain.ts";
import { readOwnOutcome } from "./outcome.ts";
import { rejectTask } from "./reject.ts";

export interface Completed {
  readonly outcome: "done" | "rejected";
  /** Null with publish mode `off`. */
  readonly commit: string | null;
  readonly evidence: string | null;
}

/** Finishes a task whose work ended well: gate, archive, commit, proof, push. Nothing of it is the agent's. */
export async function completeTask(context: RunContext, job: Job, conversation: Conversation): Promise<Completed> {
  let failure: GateResult | null = null;
  announceRecord(context, job);
  for (;;) {
    if (failure === null) {
      const plan = await planOf(context, job);
      if (plan.kind === "reject") return reject(context, job, conversation);
    }
    job.record.update({ sidecar: { step: "gate" } });
    if (failure === null) await checkLfs(context, job);
    const gate = await passGate(context, job, conversation, failure);
    const plan = await planOf(context, job);
    if (gate.kind === "rejected" || plan.kind === "reject") return reject(context, job, conversation);
    const end = await archiveAndPublish(context, job, conversation, gate.evidence);
    if (end.kind === "completed") return end.completed;
    failure = end.failure;
  }
}

/** Tells what the agent recorded about its task, if anything. */
export function announceRecord(context: RunContext, job: Pick<Job, "task">): void {
  const record = readOwnOutcome(context, job.task.id);
  if (record === null) return;
  const { outcome, notes } = record;
  context.emit({ kind: "outcome_recorded", task_id: job.task.id, payload: { outcome, notes } });
}

/** Mends the books, and tells how the task is to be finished as they are then. Errors: `run.claim_lost`, `run.task_lost`, `run.task_inconsistent`. */
async function planOf(context: RunContext, job: Job): Promise<Exclude<CompletionPlan, { kind: "lost" | "inconsistent" }>> {
  context.claims.require(job.task.id);
  const recorded = readOwnOutcome(context, job.task.id)?.outcome ?? null;
  const planFor = (books: Books) => {
    const found = findTask(books, job.task.id);
    return decideCompletion({ place: found === null ? null : { file: found.file, status: found.task.status }, recorded });
  };
  // Books with such a task are not valid: it has to be found before they are mended.
  const first = planFor(readBooks(context, "unchecked"));
  if (first.kind === "inconsistent") throw await inconsistent(context, job, first.status);
  await maintainBooks(context, job);
  const plan = planFor(readBooks(context, "strict"));
  if (plan.kind === "lost") throw taskLost(job);
  if (plan.kind === "inconsistent") throw await inconsistent(context, job, plan.status);
  return plan;
}

/** With changes in the tree the revert mode decides about them. */
async function inconsistent(context: RunContext, job: Job, status: string): Promise<Error> {
  const preface = taskInconsistent(job, status, null).message;
  if (await isTreeUnchanged(context, job.baseTree, job.exclude)) return taskInconsistent(job, status, null);
  const settled = await settleFailure(context, job, { site: "task_inconsistency", preface });
  return taskInconsistent(job, status, settled.kind === "end" ? settled.ending : null);
}

export type End =
  | { readonly kind: "completed"; readonly completed: Completed }
  | { readonly kind: "refuted"; readonly failure: GateResult };

async function archiveAndPublish(context: RunContext, job: Job, conversation: Conversation, evidence: Evidence): Promise<End> {
  const isPublished = job.publishMode !== "off";
  const [left, doing] = await Promise.all([
    isPublished && job.gate.enabled ? captureTree(context, job) : null,
    activeRecord(context, job),
    isPublished ? requireCommittable(context, job) : null,
  ]);
  job.record.update({
    sidecar: {
      step: "archive",
      ...(doing === null ? {} : { task_doing: doing }),
      tree: evidence.tree,
      ...(left === null || left.tree === evidence.tree ? {} : { tree_after: left.tree }),
      evidence: evidenceText(evidence),
      ...(isPublished ? { message: taskCommitMessage(job.task.id, job.task.title) } : {}),
    },
  });
  return archiveDone(context, job, evidence, agentOf(conversation));
}

interface Agent {
  readonly runner: string;
  readonly model: string;
}

function agentOf({ phase }: Conversation): Agent {
  return { runner: phase.settings.runner.id, model: phase.settings.model };
}

/** From the archive on, with everything that needs to be known about it recorded. */
export async function archiveDone(context: RunContext, job: Finishing, evidence: Evidence, agent: Agent | null): Promise<End> {
  const text = evidenceText(evidence);
  await applyFollowups(context, job);
  const notes = readOwnOutcome(context, job.task.id)?.notes ?? [];
  await archiveTask(context, job, { outcome: "done", notes, evidence: text, agent });
  context.emit({ kind: "task_archived", task_id: job.task.id, payload: { outcome: "done", evidence: text } });
  if (job.publishMode === "off") {
    await conclude(context, job, evidence.tree);
    return { kind: "completed", completed: { outcome: "done", commit: null, evidence: text } };
  }
  job.record.update({ sidecar: { step: "publish" } });
  return publishDone(context, job, evidence);
}

/** Commit, proof and push of an archived task. */
export async function publishDone(context: RunContext, job: Finishing, evidence: Evidence): Promise<End> {
  const published = await archived(context, job, () => publishWork(context, job, evidence));
  if (published.kind === "unproven") {
    await takeBackArchive(context, job, published.commit);
    throw published.error;
  }
  if (published.kind === "refuted") {
    await takeBackArchive(context, job, published.commit);
    return { kind: "refuted", failure: published.failure };
  }
  await conclude(context, job, published.commit);
  return { kind: "completed", completed: { outcome: "done", commit: published.commit, evidence: evidenceText(published.evidence) } };
}

/** An interrupt after the archive says so: the task is no longer `doing`. */
async function archived<T>(context: RunContext, job: Finishing, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw context.signal.aborted ? interruptedAfterArchive(job, error) : error;
  }
}

function interruptedAfterArchive(job: Finishing, cause: unknown): CueLoopError {
  const { commit, message } = job.record.sidecar;
  const push = job.publishMode === "commit_and_push" ? " The next run pushes it before anything else; or do it yourself: `git push`." : "";
  const hint =
    commit !== undefined
      ? `Its work is committed as ${commit.slice(0, 12)}.${push}`
      : message === undefined
        ? "Only the queue files are not committed; they go with the next commit."
        : `Everything is in the tree. The next run commits it before anything else; or commit it yourself:\n${commitByHand(message, job.publishMode)}`;
  return new CueLoopError("run.interrupted", {
    message: `The run was interrupted after ${job.task.id} was archived.`,
    hint,
    where: { taskId: job.task.id },
    // Which call of git it was tells nobody anything.
    ...(isCueLoopError(cause, "git.interrupted") ? {} : { cause }),
  });
}

/**
 * The gate did not pass on the commit: archive and commit are taken back, the work stays in the tree. The books come
 * first, so that whatever happens in between no task counts as done without its gate.
 */
export async function takeBackArchive(context: RunContext, job: Finishing, { commit, made }: Commit): Promise<void> {
  const steady = { ...context, signal: new AbortController().signal };
  const { task_doing: record } = job.record.sidecar;
  if (record !== undefined) await reopen(steady, job, record);
  job.record.goBack("gate");
  if (made !== null) await takeBack(steady, { branchRef: made.branchRef, from: commit, to: made.former });
  context.emit({
    kind: "message",
    task_id: job.task.id,
    message:
      made === null
        ? `The gate did not pass on ${commit.slice(0, 12)}, which the agent committed; the commit stays, ${job.task.id} is \`doing\` again.`
        : `The gate did not pass on what was committed, so the commit was taken back; ${job.task.id} is \`doing\` again and the work is in the tree.`,
  });
}

async function reject(context: RunContext, job: Job, conversation: Conversation): Promise<Completed> {
  await rejectTask(context, job, agentOf(conversation));
  const commit = job.publishMode === "off" ? null : await archived(context, job, () => publishBooks(context, job));
  removeOutcome(context, job.task.id);
  return { outcome: "rejected", commit, evidence: null };
}

/** What a finished task leaves behind; it is finished, whatever goes wrong here. */
export async function conclude(context: RunContext, job: Finishing, result: string): Promise<void> {
  try {
    await updateRef(uninterruptible(context), taskRef(job.task.id, "result"), result);
  } catch (error) {
    const message = `Where ${job.task.id} ended could not be noted for \`cueloop task diff\`: ${messageOf(error)}`;
    context.emit({ kind: "warning", task_id: job.task.id, message });
  }
  removeOutcome(context, job.task.id);
}
