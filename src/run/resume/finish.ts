import { parseTimestamp } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { headRef, takeBack } from "../../git/commit.ts";
import { deleteRefsBelow } from "../../git/refs.ts";
import { currentBranch, headCommit, resolveCommit } from "../../git/repository.ts";
import { git, gitOk } from "../../git/run.ts";
import { captureTree, filterTree } from "../../git/tree.ts";
import { findTask } from "../../queue/books.ts";
import type { QueueLock } from "../../queue/store/lock.ts";
import { adoptOutcome, removeOutcome } from "../../queue/store/outcome.ts";
import { withQueue } from "../../queue/store/transaction.ts";
import { archiveDone, conclude, type End, publishDone, takeBackArchive } from "../completion/complete.ts";
import { readOwnOutcome } from "../completion/outcome.ts";
import type { RunContext } from "../context.ts";
import { type Evidence, parseEvidence } from "../gate/evidence.ts";
import type { Finishing } from "../job.ts";
import type { PublishMode } from "../options.ts";
import { removeArtefacts } from "../phases/artefacts.ts";
import { proveCommit } from "../publish/prove.ts";
import { publishBooks, pushHead, pushWork } from "../publish/publish.ts";
import { SessionRecord } from "../session/record.ts";
import { sessionOf } from "../session/session-of.ts";
import { readSidecar, type Sidecar } from "../session/sidecar.ts";
import { workExclusions } from "../trees.ts";
import { decideFinish, type FinishStep } from "./finish-decision.ts";

/** What an interrupted run's last steps need to know. */
interface Unfinished {
  readonly job: Finishing;
  readonly sidecar: Sidecar;
  readonly evidence: Evidence | null;
  /** Recorded, or found by its message. */
  readonly commit: string | null;
}

/**
 * Finishes a run that was interrupted after its gate: archive, commit, proof, push, without a question, because the
 * gate had passed. Call with the queue lock held. Errors: those of a commit that is refused again; the next start tries it once more.
 */
export async function finishEarlier(
  context: RunContext,
  run: { readonly lock: QueueLock; readonly publishMode: PublishMode },
): Promise<void> {
  const sidecar = readSidecar(context.runtimeDir);
  if (sidecar === null || (sidecar.step !== "archive" && sidecar.step !== "publish")) return;
  const { task } = sidecar.task_before;
  const earlier = sidecar.earlier_runs ?? [];
  // Named before what an agent recorded becomes this run's, so that it is found again when this run ends here, too.
  const record = new SessionRecord(context, sessionOf(context, sidecar), { ...sidecar, earlier_runs: [...earlier, context.runId] });
  adoptOutcome(context, task.id, { from: [...(sidecar.earlier_runs ?? []), sidecar.run_id], to: context.runId });
  const found = await placeOf(context, run.lock, task.id);
  const commit = await commitOf(context, sidecar);
  const exclude = workExclusions(context);
  const captured = await captureTree(context, { exclude });
  const step = decideFinish({
    step: sidecar.step,
    isActive: found?.file === "queue",
    isRejected: found?.task.status === "rejected" || (found?.file === "queue" && readOwnOutcome(context, task.id)?.outcome === "rejected"),
    wantsCommit: sidecar.message !== undefined,
    commit: commit === null ? "none" : (await isReachable(context, commit)) ? "reachable" : "gone",
    sameBranch: (await currentBranch(context)) === sidecar.branch,
    sameTree: captured.tree === sidecar.tree || captured.tree === sidecar.tree_after,
  });
  const publishMode =
    sidecar.message === undefined && step !== "commit_books" ? "off" : run.publishMode === "off" ? "commit" : run.publishMode;
  const job: Finishing = { task, lock: run.lock, publishMode, exclude, gate: context.gate, nested: captured.nested, record };
  const evidence = sidecar.evidence === undefined ? null : parseEvidence(sidecar.evidence);
  const isOver = await perform(context, step, { job, sidecar, evidence, commit });
  if (!isOver) return;
  removeArtefacts(context, task.id);
  removeOutcome(context, task.id);
  record.remove();
  for (const id of [...earlier, sidecar.run_id]) await deleteRefsBelow(context, `refs/cueloop/run/${id}/`);
}

/** Where the task stands, once an archive that was interrupted while it was written is in the files: they are what is committed. */
async function placeOf(context: RunContext, lock: QueueLock, taskId: string): Promise<ReturnType<typeof findTask>> {
  return withQueue(context, { label: "run one", lock, runId: context.runId }, (books) => ({ books, result: findTask(books, taskId) }));
}

/** Returns whether the task is finished by now; otherwise it is `doing`, and its gate is next. */
async function perform(context: RunContext, step: FinishStep, unfinished: Unfinished): Promise<boolean> {
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
    case "commit_books": {
      const commit = await publishBooks(context, withoutPush(job));
      if (commit !== null) await pushed(context, job, null);
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
  context.emit({
    kind: "message",
    task_id: id,
    message: `${id} had passed its gate, but what is in the tree has changed since: it is gated again.`,
  });
  if (commit === null || commit !== (await headCommit(context))) return;
  const made = await madeBy(context, sidecar, commit);
  if (made !== null) await takeBack(context, { branchRef: made.branchRef, from: commit, to: made.former });
}

/** How to take a commit back; null when an agent made it: ours came after its step was written down. */
async function madeBy(
  context: RunContext,
  sidecar: Sidecar,
  commit: string,
): Promise<{ readonly branchRef: string; readonly former: string | null } | null> {
  const since = parseTimestamp(sidecar.updated_at)?.instant ?? 0n;
  const made = BigInt((await gitOk(context, ["show", "--no-patch", "--format=%ct", commit])).trim());
  if (sidecar.commit !== commit && made < since / 1_000_000_000n) return null;
  return { branchRef: await headRef(context), former: await resolveCommit(context, `${commit}^`) };
}

/** The commit of the work: as recorded, else one since the task began that has its message. */
async function commitOf(context: RunContext, sidecar: Sidecar): Promise<string | null> {
  const head = await headCommit(context);
  if (sidecar.commit !== undefined) return (await isReplaced(context, sidecar.commit, head)) ? head : sidecar.commit;
  if (sidecar.message === undefined || head === null || sidecar.step !== "publish") return null;
  const since = sidecar.head !== null && (await resolveCommit(context, sidecar.head)) !== null ? [`^${sidecar.head}`] : [];
  const log = await gitOk(context, ["log", "--format=%H %s", head, ...since, "--"]);
  const line = log.split("\n").find((entry) => entry.slice(entry.indexOf(" ") + 1) === sidecar.message);
  const commit = line?.split(" ", 1)[0] ?? null;
  // An agent's own commit may say the same; ours holds all of the work.
  if (commit === null || sidecar.tree === undefined) return commit;
  const work = await filterTree(context, commit, workExclusions(context));
  return work === sidecar.tree || work === sidecar.tree_after || commit === head ? commit : null;
}

/** Whether HEAD is the commit with its evidence rewritten, made by a run that could not say so any more. */
async function isReplaced(context: RunContext, commit: string, head: string | null): Promise<boolean> {
  if (head === null || head === commit || (await resolveCommit(context, commit)) === null || (await isReachable(context, commit)))
    return false;
  const [was, is] = await Promise.all(
    [commit, head].map(async (one) => [
      await gitOk(context, ["show", "--no-patch", "--format=%P%n%B", one]),
      await filterTree(context, one, workExclusions(context)),
    ]),
  );
  return String(was) === String(is);
}

async function isReachable(context: RunContext, commit: string): Promise<boolean> {
  return (await git(context, ["merge-base", "--is-ancestor", commit, "HEAD"])).code === 0;
}

function agentOf(job: Finishing): { readonly runner: string; readonly model: string } | null {
  const { session, sidecar } = job.record;
  return (sidecar.phase === 1 ? session.phase1_settings : sidecar.phase === 3 ? session.phase3_settings : session.phase2_settings) ?? null;
}
