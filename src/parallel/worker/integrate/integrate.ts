import { isCueLoopError, messageOf } from "../../../base/errors.ts";
import { mergeBase } from "../../../git/ancestry.ts";
import { abortRebase, isRebasing, rebaseTarget } from "../../../git/rebase.ts";
import { headCommit, resolveCommit, treeOf } from "../../../git/repository.ts";
import { ciFailureMessage } from "../../../prompts/continue-messages.ts";
import { repairMessage } from "../../../prompts/hand-off.ts";
import { readOwnOutcome } from "../../../run/completion/outcome.ts";
import { outputSnippet } from "../../../run/gate/display.ts";
import type { Evidence } from "../../../run/gate/evidence.ts";
import { detectGatePattern } from "../../../run/gate/patterns.ts";
import { pointAt } from "../../worktree/salvage.ts";
import type { Account } from "../account.ts";
import { settleWorktree } from "../settle-worktree.ts";
import { commitWork, isSettled } from "./commit-work.ts";
import { type Failure, reasonOf } from "./failure.ts";
import { gateCommit } from "./gate.ts";
import { handOffOf, type Integration, type Standing } from "./integration.ts";
import { writePacket } from "./packet.ts";
import { rebaseWork } from "./rebase.ts";
import { targetTip } from "./target-tip.ts";

/** What went wrong with git may have been of the moment: so often in a row it is tried. */
const GIT_TRIES = 3;

export type Integrated =
  | { readonly kind: "ready"; readonly base: string; readonly tip: string; readonly evidence: Evidence }
  | { readonly kind: "rejected" }
  | { readonly kind: "blocked"; readonly reason: string };

type AttemptEnd =
  | Exclude<Integrated, { kind: "blocked" }>
  | { readonly kind: "failed"; readonly failure: Failure; readonly onto: string | null };

/**
 * Brings finished work onto the target's tip: commit, rebase, gate, in bounded attempts; what fails is the agent's to put
 * right, in its own session. `message`: a person's remark, which the agent gets before anything else.
 */
export async function integrate(it: Integration, account: Account, message: string | null): Promise<Integrated> {
  const { context } = it;
  const { max_push_attempts: max, push_backoff_ms: pauses } = context.config.parallel;
  let failure: Failure | null = null;
  let remark = message;
  let onto: string | null = null;
  let gitFailures = 0;
  for (let attempt = 1; ; attempt += 1) {
    account.beginAttempt();
    const standing: Standing = {
      attempt,
      maxAttempts: max,
      onto,
      previousFailure: failure === null ? null : context.redact(reasonOf(failure)),
      message: remark,
    };
    const end = await attempted(it, standing, failure);
    if (end.kind !== "failed") return end;
    remark = null;
    onto = end.onto;
    gitFailures = end.failure.kind === "git" ? gitFailures + 1 : 0;
    const isOver = isFinal(end.failure) || gitFailures >= GIT_TRIES;
    const isTurn = end.failure.kind === "turn";
    const about = isTurn && failure !== null ? ` It was to put this right: ${reasonOf(failure)}` : "";
    const reason = context.redact(`${reasonOf(end.failure)}${about}`);
    // A turn that went wrong leaves what it was about to be said again.
    failure = isTurn && failure !== null ? failure : end.failure;
    writePacket(context, await handOffOf(it, standing), end.failure);
    // What the gate said was shown as it came.
    const told = end.failure.kind === "gate" ? firstLine(reason) : reason;
    context.emit({ kind: "message", task_id: it.job.task.id, message: `Attempt ${attempt} of ${max} to bring it in failed: ${told}` });
    if (attempt >= max || isOver) {
      await abortRebase(context);
      return { kind: "blocked", reason };
    }
    await context.clock.sleep(pauses[Math.min(attempt - 1, pauses.length - 1)] ?? 0, context.signal);
  }
}

/** No further attempt could go better. */
function isFinal(failure: Failure): boolean {
  return (failure.kind === "turn" || failure.kind === "commit") && failure.final;
}

async function attempted(it: Integration, standing: Standing, failure: Failure | null): Promise<AttemptEnd> {
  const { context, job } = it;
  let { onto } = standing;
  try {
    if (standing.message !== null || needsTurn(failure)) {
      await it.conversation.continueWith(await messageFor(it, standing, failure));
      if (readOwnOutcome(context, job.task.id)?.outcome === "rejected") {
        await abortRebase(context);
        return { kind: "rejected" };
      }
    }
    const early = await commitEarly(it);
    if (early !== null) return { kind: "failed", failure: early, onto };
    await it.awaitTurn();
    onto = ((await isRebasing(context)) ? await rebaseTarget(context) : null) ?? (await targetTip(it));
    return await once(it, onto, standing);
  } catch (error) {
    if (context.signal.aborted) throw error;
    if (isCueLoopError(error, "run.turn_limit"))
      return { kind: "failed", failure: { kind: "turn", said: firstLine(messageOf(error)), final: true }, onto };
    if (isCueLoopError(error, "run.agent_failed"))
      return { kind: "failed", failure: { kind: "turn", said: firstLine(messageOf(error)), final: false }, onto };
    if (!isCueLoopError(error, "git.failed")) throw error;
    await settleWorktree(context, it.settings);
    return { kind: "failed", failure: { kind: "git", said: messageOf(error) }, onto };
  }
}

/**
 * Commits while others have their turn: what the target says meanwhile changes nothing about where the branch began.
 * Where results are pushed the remote knows that, and it is asked in turn.
 */
async function commitEarly(it: Integration): Promise<Failure | null> {
  const { context, settings } = it;
  if (settings.remote !== null || (await isRebasing(context))) return null;
  const base = await mergeBase(context, await targetTip(it), (await headCommit(context)) ?? "HEAD");
  return base === null ? null : commitWork(it, base);
}

/** Commit, rebase, gate. */
async function once(it: Integration, onto: string, standing: Standing): Promise<AttemptEnd> {
  const { context } = it;
  const failed = (failure: Failure): AttemptEnd => ({ kind: "failed", failure, onto });
  if (!(await isRebasing(context))) {
    const base = await mergeBase(context, onto, (await headCommit(context)) ?? "HEAD");
    if (base === null) return failed({ kind: "other", said: `${it.settings.branch} has no history in common with ${it.target}.` });
    const failure = await commitWork(it, base);
    if (failure !== null) return failed(failure);
  }
  // The branch itself does not move before a rebase is at its end.
  const former = await resolveCommit(context, `refs/heads/${it.settings.branch}`);
  const rebased = await rebaseWork(it, onto, standing);
  if (rebased.kind === "rejected") return rebased;
  if (rebased.kind === "failed") return failed(rebased.failure);
  const lost = rebased.resolved && former !== null ? await lostWork(it, former, onto) : null;
  if (lost !== null) return failed(lost);
  // Whatever commits of the agent's say about the books, they are the target's now.
  const settled = await isSettled(it, onto);
  const failure = settled ? null : await commitWork(it, onto);
  if (failure !== null) return failed(failure);
  const gate = await gateCommit(it, onto, settled);
  if (gate.kind === "failed") return failed(gate.failure);
  const tip = await headCommit(context);
  if (tip === null) throw new Error("HEAD names a commit that was gated a moment ago");
  return { kind: "ready", base: onto, tip, evidence: gate.evidence };
}

/** An agent that skips commits instead of resolving them is asked once what became of the work, which stays reachable. */
async function lostWork({ context, job, target }: Integration, former: string, onto: string): Promise<Failure | null> {
  const base = await mergeBase(context, former, onto);
  if (base === null || (await treeOf(context, former)) === (await treeOf(context, base))) return null;
  if ((await treeOf(context, "HEAD")) !== (await treeOf(context, onto))) return null;
  const ref = await pointAt(context, job.task.id, former);
  const said = `Nothing of the work is left after the rebase. As it was before it is \`${former}\` (${ref}): bring back what ${target} lacks of it, or say why nothing is missing.`;
  return { kind: "other", said };
}

/** Conflicts have a message of their own, when the rebase goes on. */
function needsTurn(failure: Failure | null): failure is Failure {
  return failure !== null && failure.kind !== "conflict" && failure.kind !== "turn" && failure.kind !== "git";
}

async function messageFor(it: Integration, standing: Standing, failure: Failure | null): Promise<string> {
  const { context, job } = it;
  const handOff = await handOffOf(it, failure?.kind === "gate" ? { ...standing, previousFailure: null } : standing);
  if (failure === null) return repairMessage(handOff, "Before the work is brought in there is a remark to act on.");
  if (failure.kind !== "gate") return repairMessage(handOff, "Put right what failed.");
  const { stdout, stderr, exitCode } = failure.result;
  const ci = ciFailureMessage({
    gate: job.gate.display,
    exitCode,
    snippet: context.redact(outputSnippet(stdout, stderr)),
    pattern: detectGatePattern(stdout, stderr, context.code?.ciPatterns ?? []),
    operatorMessage: null,
  });
  return repairMessage(
    handOff,
    `The work is rebased onto \`${standing.onto ?? it.target}\`, the tip of ${it.target}. On what came of that:\n\n${ci}`,
  );
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
