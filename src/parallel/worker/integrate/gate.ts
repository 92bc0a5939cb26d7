import { amendStaged, stageAll } from "../../../git/commit.ts";
import { headCommit, treeOf } from "../../../git/repository.ts";
import { restoreToHead } from "../../../git/restore.ts";
import { isAtHead } from "../../../git/state/at-head.ts";
import { captureTree, filterTree } from "../../../git/tree.ts";
import { type Evidence, evidenceOfPass, evidenceWithoutGate } from "../../../run/gate/evidence.ts";
import { runGate } from "../../../run/gate/pass.ts";
import { COMMIT_TIMEOUT_MS, commitAsked, commitWork, refusedAsFailure } from "./commit-work.ts";
import type { Failure } from "./failure.ts";
import type { Integration } from "./integration.ts";

export type GateEnd = { readonly kind: "passed"; readonly evidence: Evidence } | { readonly kind: "failed"; readonly failure: Failure };

/**
 * Holds the commit against the gate. Files the gate writes are committed and it runs once more; what it writes then is
 * not taken. `isSettled`: the work tree was seen to be what HEAD holds. The evidence names the tree of HEAD without the books.
 */
export async function gateCommit(it: Integration, onto: string, isSettled: boolean): Promise<GateEnd> {
  const { context, job, conversation } = it;
  for (let round = 0; ; round += 1) {
    const left = isSettled && round === 0 ? null : await committed(it, onto);
    if (left !== null) return { kind: "failed", failure: left };
    const head = await headCommit(context);
    const tree = await filterTree(context, "HEAD", job.exclude);
    if (!job.gate.enabled) return { kind: "passed", evidence: evidenceWithoutGate(job.gate, tree, context.clock.now()) };
    const at = context.clock.now();
    const result = await runGate(context, job, { cwd: context.root, tree, since: onto, phase: conversation.phase.name });
    if (!result.passed) return { kind: "failed", failure: { kind: "gate", result } };
    const wrote = !(await isAt(it, head, tree));
    if (wrote && round === 0) {
      const failure = await takeIn(it, onto);
      if (failure !== null) return { kind: "failed", failure };
      continue;
    }
    if (wrote) await restoreToHead(context, job.exclude);
    return { kind: "passed", evidence: evidenceOfPass(job.gate, { durationMs: result.durationMs, tree, at }) };
  }
}

/** Whether the work tree holds `tree`, which is that of the commit `head` without the excluded paths. */
async function isAt({ context, job }: Integration, head: string | null, tree: string): Promise<boolean> {
  // Mostly HEAD is still there and nothing differs from it, which one command tells.
  if ((await headCommit(context)) === head && (await isAtHead(context, job.exclude))) return true;
  return (await captureTree(context, { exclude: job.exclude })).tree === tree;
}

/** Makes sure that the work tree is what HEAD holds; a hook of the commit before may have changed files. */
async function committed(it: Integration, onto: string): Promise<Failure | null> {
  const { context, job } = it;
  const isClean = async () =>
    (await isAtHead(context, job.exclude)) ||
    (await captureTree(context, { exclude: job.exclude })).tree === (await filterTree(context, "HEAD", job.exclude));
  if (await isClean()) return null;
  const failure = await commitWork(it, onto);
  if (failure !== null || (await isClean())) return failure;
  return { kind: "other", said: "The work tree differs from what was committed, however often it is: a hook of git's changes files." };
}

/** Adds what the gate wrote to the work's commit. */
async function takeIn(it: Integration, onto: string): Promise<Failure | null> {
  const { context, job } = it;
  const to = await stageAll(context, { exclude: job.exclude });
  if ((await headCommit(context)) === onto) return commitAsked(it, { base: onto, from: await treeOf(context, "HEAD"), to });
  return refusedAsFailure(() => amendStaged(context, { timeoutMs: COMMIT_TIMEOUT_MS }));
}
