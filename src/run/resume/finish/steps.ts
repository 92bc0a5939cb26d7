import { messageOf } from "../../../base/errors.ts";
import { takeBack } from "../../../git/commit.ts";
import { readRef } from "../../../git/refs/refs.ts";
import { headCommit } from "../../../git/repository.ts";
import { archiveDone, conclude, type End, publishDone, takeBackArchive } from "../../completion/complete.ts";
import { archiveRejection, type Rejection } from "../../completion/reject.ts";
import type { RunContext } from "../../context.ts";
import { type Evidence, parseEvidence } from "../../gate/evidence.ts";
import type { Finishing } from "../../job.ts";
import { proveCommit } from "../../publish/prove.ts";
import { publishBooks, pushHead, pushWork } from "../../publish/publish.ts";
import { runRef } from "../../refs.ts";
import type { Sidecar } from "../../session/sidecar.ts";
import { undoSince } from "../../undo/undo-task.ts";
import { madeBy } from "./commit.ts";
import type { FinishStep } from "./decision.ts";

/** What an interrupted run's last steps need to know. */
export interface Unfinished {
  readonly job: Finishing;
  readonly sidecar: Sidecar;
  readonly evidence: Evidence | null;
  /** Recorded, or found by its message. */
  readonly commit: string | null;
}

/** Returns whether the task is finished by now; otherwise it is `doing`, and its gate is next. */
export async function perform(context: RunContext, step: FinishStep, unfinished: Unfinished): Promise<boolean> {
  const { job, evidence } = unfinished;
  const { id } = job.task;
  switch (step) {
    case "not_reached":
      return false;
    case "gate_again":
      await toTheGate(context, unfinished);
      return false;
    case "archive":
      if (evidence === null) return perform(context, "gate_again", unfinished);
      return ended(context, unfinished, await archiveDone(context, withoutPush(job), evidence, agentOf(job)), "archived");
    case "commit":
      if (evidence === null) return perform(context, "leave", unfinished);
      return ended(context, unfinished, await publishDone(context, withoutPush(job), evidence), "committed");
    case "prove":
      return prove(context, unfinished);
    case "reject": {
      const undo = await undoOf(context, unfinished);
      if (undo === null) return perform(context, "gate_again", unfinished);
      await archiveRejection(context, job, { agent: agentOf(job), undo });
      const commit = await booksCommitted(context, job);
      say(
        context,
        id,
        `is archived as its agent rejected it${commit === null ? "" : `, and its books are committed as ${commit.slice(0, 12)}`}`,
      );
      return true;
    }
    case "commit_books": {
      const commit = await booksCommitted(context, job);
      say(context, id, commit === null ? "was archived already" : `its books are committed as ${commit.slice(0, 12)}`);
      return true;
    }
    case "leave":
      context.emit({
        kind: "warning",
        task_id: id,
        message: `${id} is archived, but the checkout is no longer what its gate saw, so nothing was committed for it. \`cueloop task diff ${id}\` shows its work.`,
      });
      return true;
    case "clear":
      say(context, id, "was archived already");
      return true;
  }
}

/** How a rejected task's changes leave the tree; null when what they began from is no longer kept. */
async function undoOf(context: RunContext, { job, sidecar }: Unfinished): Promise<Rejection["undo"] | null> {
  const base = await readRef(context, sidecar.base ?? runRef(sidecar.run_id, "base"));
  const index = await readRef(context, runRef(sidecar.run_id, "index"));
  if (base === null || index === null) return null;
  const origin = { taskId: job.task.id, base, index, head: sidecar.head, exclude: job.exclude, nested: job.nested };
  return (onKept) => undoSince(context, origin, onKept);
}

/** Null when they held everything already; what an earlier commit of them holds is pushed all the same. */
async function booksCommitted(context: RunContext, job: Finishing): Promise<string | null> {
  if (job.publishMode === "off") return null;
  const commit = await publishBooks(context, withoutPush(job));
  await pushed(context, job, null);
  return commit;
}

/** The line that says what was finished. */
function say(context: RunContext, id: string, what: string): void {
  context.emit({ kind: "message", task_id: id, message: `Finished what an interrupted run left open: ${id} ${what}.` });
}

/** A push that fails must not undo what a finishing start has done: it is made on its own. */
function withoutPush(job: Finishing): Finishing {
  return job.publishMode === "commit_and_push" ? { ...job, publishMode: "commit" } : job;
}

async function ended(context: RunContext, { job }: Unfinished, end: End, what: string): Promise<boolean> {
  if (end.kind === "refuted") return false;
  const { commit, evidence } = end.completed;
  say(
    context,
    job.task.id,
    `is ${what}${commit === null || what === "committed" ? "" : " and committed"}${commit === null ? "" : ` as ${commit.slice(0, 12)}`}`,
  );
  if (commit !== null) await pushed(context, job, evidence === null ? null : parseEvidence(evidence));
  return true;
}

async function prove(context: RunContext, { job, sidecar, evidence, commit }: Unfinished): Promise<boolean> {
  const { id } = job.task;
  if (commit === null) return true;
  const proof = evidence === null ? null : await proveCommit(context, job, commit, evidence);
  if (proof?.kind === "refuted") {
    await takeBackArchive(context, job, { commit, made: await madeBy(context, sidecar, commit) });
    return false;
  }
  await pushed(context, job, proof?.evidence ?? null);
  await conclude(context, job, proof?.commit ?? commit);
  say(context, id, `is committed as ${(proof?.commit ?? commit).slice(0, 12)}`);
  return true;
}

/** Pushes where that is asked for; the commit exists, so a push that fails again is a warning. */
async function pushed(context: RunContext, job: Finishing, evidence: Evidence | null): Promise<void> {
  if (job.publishMode !== "commit_and_push") return;
  try {
    await (evidence === null ? pushHead(context, job, null) : pushWork(context, job, evidence));
  } catch (error) {
    if (context.signal.aborted) throw error;
    const message = `${job.task.id} is committed, but it could not be pushed: ${context.redact(messageOf(error))}\n\`git push\` sends it.`;
    context.emit({ kind: "warning", task_id: job.task.id, message });
  }
}

/** The work counts again only after its gate; a commit that was made of it before is taken back while it is HEAD. */
async function toTheGate(context: RunContext, { job, sidecar, commit }: Unfinished): Promise<void> {
  job.record.goBack("gate");
  const { id } = job.task;
  context.emit({ kind: "message", task_id: id, message: whyNotFinished(id, sidecar) });
  if (commit === null || commit !== (await headCommit(context))) return;
  const made = await madeBy(context, sidecar, commit);
  if (made !== null) await takeBack(context, { branchRef: made.branchRef, from: commit, to: made.former });
}

/** Only work that had passed its gate has evidence; else it was about to be archived as rejected. */
function whyNotFinished(id: string, { evidence }: Sidecar): string {
  return evidence === undefined
    ? `${id} was about to be archived as its agent rejected it, but the checkout has changed since. A resume takes every change since its start out of the tree, keeps them under refs/cueloop/undone/${id}/, and archives it.`
    : `${id} had passed its gate, but what is in the tree has changed since: it is gated again.`;
}

function agentOf(job: Finishing): { readonly runner: string; readonly model: string } | null {
  const { session, sidecar } = job.record;
  return (sidecar.phase === 1 ? session.phase1_settings : sidecar.phase === 3 ? session.phase3_settings : session.phase2_settings) ?? null;
}
