import { isCueLoopError, messageOf } from "../../base/errors.ts";
import { rebaseOnto } from "../../git/remote/rebase.ts";
import { headCommit } from "../../git/repository.ts";
import { interrupted } from "../../run/errors.ts";
import type { ResultFile } from "../files/result-file.ts";
import type { ParallelRun } from "../run.ts";
import type { WorkerRecord } from "../state/record.ts";
import type { AdminLock } from "../worktree/admin-lock.ts";
import { askBeforeIntegrate } from "./ask-hook.ts";
import { commitBooks } from "./books-commit.ts";
import { type Carried, carryOn, journalFor } from "./carry-on.ts";
import { refusal } from "./check.ts";
import { hold } from "./end/hold.ts";
import { rejectHere, salvageRejected } from "./end/reject.ts";
import { landingFacts, targetNow } from "./facts.ts";
import { finishLanding } from "./finish.ts";
import { readLandingJournal, removeLandingJournal } from "./journal.ts";
import { type Clearing, type Landing, type LandingEnd, landingOf, tell } from "./landing.ts";
import { nextLandingStep } from "./next-step.ts";
import { refreshPending } from "./refresh.ts";

export type { LandingEnd } from "./landing.ts";

/** Others may be faster this often in a row before there is a pause. */
const RACES = 5;
/** What went wrong may have been of the moment, like a git that was killed: so often it is tried. */
const TRIES = 3;

/** `failed`: something was thrown; what had been begun is in the journal. */
type Tried = Carried | { readonly kind: "failed"; readonly reason: string };

/**
 * Brings the result of a worker in: target, remote, books, record, history, in an order that can be taken up again after
 * a crash at any point; then worktree, branch and run directory go. One landing at a time; takes the admin lock itself.
 * Whatever stands in the way of this result is a `LandingEnd`. Error: `run.interrupted`.
 */
export async function land(
  run: ParallelRun,
  admin: AdminLock,
  record: WorkerRecord,
  result: ResultFile,
  clear?: Clearing,
): Promise<LandingEnd> {
  const { context } = run;
  const { max_push_attempts: limit, push_backoff_ms: pauses } = context.config.parallel;
  let failures = 0;
  for (let attempt = 1; ; attempt += 1) {
    const end = await admin.run(() => guarded(run, admin, record, result, clear));
    if (end.kind === "landed" || end.kind === "rejected") await refreshPending(run, admin);
    if (end.kind === "failed") {
      failures += 1;
      if (failures >= Math.min(limit, TRIES)) {
        giveUpJournal(run);
        return { kind: "blocked", reason: end.reason };
      }
      context.log.debug(`${record.task_id} could not be landed, and is tried again: ${end.reason}`);
    } else if (end.kind !== "later" && end.kind !== "race") return end;
    else if (attempt >= limit) return { kind: "blocked", reason: end.reason };
    await context.clock.sleep(pauses[Math.min(attempt, pauses.length) - 1] ?? 0, context.signal);
    if (context.signal.aborted) throw interrupted(null);
  }
}

/** The phases are finished, so that nothing that goes wrong here may cost the work: it blocks the task. */
async function guarded(
  run: ParallelRun,
  admin: AdminLock,
  record: WorkerRecord,
  result: ResultFile,
  clear: Clearing | undefined,
): Promise<Tried> {
  try {
    // One that could not be brought to its end: what it had begun comes first.
    const earlier = await finishLanding(run, admin, clear);
    if (earlier !== null && run.state.find(record.task_id)?.lifecycle === "completed") return earlier;
    const landing = landingOf(run, admin, record, result, clear);
    const reason = await refusal(landing);
    if (reason !== null) return { kind: "blocked", reason };
    if (result.outcome === "rejected") {
      await salvageRejected(landing);
      if (run.mode === "off" || run.books === "coordinator") return await rejectHere(landing);
    } else if (run.mode === "off") return await hold(landing);
    return await bringIn(landing);
  } catch (error) {
    // The journal stays: the next try, or the next start, goes on from it.
    if (run.context.signal.aborted) throw interrupted(null, error);
    return { kind: "failed", reason: run.context.redact(messageOf(error)) };
  }
}

/** Frees the way for others. One that tells of edits of the person's that are still aside must not be forgotten, nor one that nobody understands. */
function giveUpJournal({ context }: ParallelRun): void {
  try {
    if (readLandingJournal(context.runtimeDir)?.backup !== true) removeLandingJournal(context.runtimeDir);
  } catch (error) {
    context.log.debug(messageOf(error));
  }
}

async function bringIn(landing: Landing): Promise<Carried> {
  const { run, taskId } = landing;
  tell(landing, "landing", `${taskId} is brought to ${run.target.branch}.`);
  for (let race = 1; ; race += 1) {
    const end = await bringInOnce(landing);
    if (end.kind !== "race" || race >= RACES) return end;
  }
}

async function bringInOnce(landing: Landing): Promise<Carried> {
  const { run, taskId, result } = landing;
  const now = await targetNow(run);
  if (now.kind === "network") return { kind: "later", reason: now.reason };
  if (now.kind !== "at") return { kind: "blocked", reason: now.reason };
  const { base } = now;
  const tip = (await headCommit(landing.worktree)) ?? base;
  const facts = await landingFacts(landing, base, tip);
  let work = result.outcome === "rejected" ? base : tip;
  switch (nextLandingStep(facts)) {
    case "done_elsewhere":
      return {
        kind: "blocked",
        reason: `done elsewhere: ${taskId} is finished on ${run.target.branch} already. Its branch ${landing.branch} keeps the work.`,
      };
    case "landed_before": {
      const commit = facts.archivedBy ?? base;
      return carryOn(
        landing,
        journalFor(landing, { old: now.local, new: commit, base, work, step: run.target.remote === null ? "prepared" : "pushed" }),
        [],
      );
    }
    case "behind":
      return { kind: "behind" };
    case "rebase": {
      const rebased = await rebase(landing, base);
      if (rebased === null) return { kind: "behind" };
      work = rebased;
      break;
    }
    case "go_on":
  }
  const refused = await askBeforeIntegrate(landing, { base, work });
  if (refused !== null) return { kind: "blocked", reason: refused };
  const { commit, created } = run.books === "git" ? await commitBooks(landing, { base, work }) : { commit: work, created: [] };
  return carryOn(landing, journalFor(landing, { old: now.local, new: commit, base, work, step: "prepared" }), created);
}

/** The new tip; null where the two contradict each other, and the branch is as it was. */
async function rebase({ worktree }: Landing, base: string): Promise<string | null> {
  try {
    await rebaseOnto(worktree, base);
    return await headCommit(worktree);
  } catch (error) {
    if (isCueLoopError(error, "git.rebase_conflict")) return null;
    throw error;
  }
}
