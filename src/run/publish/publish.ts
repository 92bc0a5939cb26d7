import { CueLoopError, isCueLoopError } from "../../base/errors.ts";
import { commitPaths, commitStaged, headRef, stageAll } from "../../git/commit.ts";
import { push } from "../../git/remote/push.ts";
import { headCommit, treeOf } from "../../git/repository.ts";
import { readStatus } from "../../git/state/status.ts";
import { changedPaths } from "../../git/tree.ts";
import type { RunContext } from "../context.ts";
import { type Evidence, evidenceText } from "../gate/evidence.ts";
import type { GateResult } from "../gate/execute.ts";
import type { Finishing } from "../job.ts";
import { presentTask } from "../present-task.ts";
import { disallowed, listPaths } from "../start/clean.ts";
import { allowlistOf } from "../start/startable.ts";
import { insideRoot, LOCAL_FILES } from "../trees.ts";
import { askBeforeCommit } from "./before-commit.ts";
import { commitByHand } from "./by-hand.ts";
import { taskCommitMessage } from "./commit-message.ts";
import { type Proof, proveCommit } from "./prove.ts";

export interface Commit {
  readonly commit: string;
  /** Null: HEAD held everything already, so nothing was made that could be taken back. */
  readonly made: { readonly branchRef: string; readonly former: string | null } | null;
}

export type Published =
  | { readonly kind: "published"; readonly commit: string; readonly evidence: Evidence }
  /** The gate failed on what was committed. */
  | { readonly kind: "refuted"; readonly commit: Commit; readonly failure: GateResult }
  /** Whether the gate passes on it did not come out: it was interrupted, took too long, could not be started. */
  | { readonly kind: "unproven"; readonly commit: Commit; readonly error: unknown };

/** Commits the work with its books, proves that the gate saw just that, and pushes where asked. */
export async function publishWork(context: RunContext, job: Finishing, evidence: Evidence): Promise<Published> {
  const made = await commitWork(context, job);
  const proof = await proveCommit(context, job, made.commit, evidence).catch((error: unknown) => ({ kind: "unproven" as const, error }));
  if (proof.kind === "unproven") return { kind: "unproven", commit: made, error: proof.error };
  if (proof.kind === "refuted") return { kind: "refuted", commit: made, failure: proof.failure };
  job.record.update({ sidecar: { commit: proof.commit, tree: proof.evidence.tree, evidence: evidenceText(proof.evidence) } });
  const pushed = job.publishMode === "commit_and_push" ? await pushWork(context, job, proof.evidence) : null;
  await requireClean(context, job);
  return { kind: "published", ...(pushed ?? { commit: proof.commit, evidence: proof.evidence }) };
}

/** Commits and, where asked, pushes nothing but the books. Null when they did not change or are not tracked. */
export async function publishBooks(context: RunContext, job: Finishing): Promise<string | null> {
  const message = taskCommitMessage(job.task.id, job.task.title);
  const commit = await committing(job, () => commitPaths(context, message, bookPaths(context)));
  if (commit === null) return null;
  context.emit({ kind: "commit", task_id: job.task.id, message, payload: { commit } });
  if (job.publishMode === "commit_and_push") await pushHead(context, job, null);
  return commit;
}

/** The books as git knows them: relative to the root, those inside it. */
export function bookPaths(context: Pick<RunContext, "root" | "queuePath" | "donePath">): string[] {
  return [insideRoot(context.root, context.queuePath), insideRoot(context.root, context.donePath)].filter((path) => path !== null);
}

async function commitWork(context: RunContext, job: Finishing): Promise<Commit> {
  const former = await headCommit(context);
  const branchRef = await headRef(context);
  const [tree, formerTree] = await Promise.all([
    committing(job, () => stageAll(context, { exclude: LOCAL_FILES })),
    former === null ? null : treeOf(context, former),
  ]);
  if (former !== null && tree === formerTree) return { commit: former, made: null };
  const planned = taskCommitMessage(job.task.id, job.task.title);
  const files = async () => changedPaths(context, formerTree ?? (await treeOf(context, null)), tree);
  const task = context.hooks.has("beforeCommit") ? presentTask(context, job.task) : job.task;
  const message = await committing(job, () => askBeforeCommit(context, { task, message: planned, files }));
  // A later run looks for the commit by its message.
  if (message !== planned) job.record.update({ sidecar: { message } });
  const commit = await committing(job, () => commitStaged(context, message));
  context.emit({ kind: "commit", task_id: job.task.id, message, payload: { commit } });
  job.record.update({ sidecar: { commit } });
  return { commit, made: { branchRef, former } };
}

/** The task is archived by now: a commit that cannot be made must say how that leaves it. Error: `run.not_committed`. */
async function committing<T>(job: Finishing, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isCueLoopError(cause, "git.interrupted") || isCueLoopError(cause, "run.interrupted")) throw cause;
    const isRefused = isCueLoopError(cause, "hook.refused");
    const reason = cause instanceof CueLoopError && cause.hint !== undefined ? `${cause.hint}\n` : "";
    throw new CueLoopError("run.not_committed", {
      message: isRefused
        ? `${job.task.id} is archived, but its commit was refused. ${cause.message}`
        : `${job.task.id} is archived, but what belongs to it could not be committed`,
      hint: `${reason}Everything is in the tree. The next run tries again before anything else; or commit it yourself:\n${commitByHand(taskCommitMessage(job.task.id, job.task.title), job.publishMode)}`,
      where: { taskId: job.task.id },
      ...(isRefused ? {} : { cause }),
    });
  }
}

/** Pushes; a rebase that took in commits of others is proven again before anything leaves the machine. */
export async function pushWork(
  context: RunContext,
  job: Finishing,
  evidence: Evidence,
): Promise<{ commit: string; evidence: Evidence } | null> {
  let proven = evidence;
  const pushed = await pushHead(context, job, async (commit) => {
    const proof: Proof = await proveCommit(context, job, commit, proven);
    if (proof.kind === "proven") {
      proven = proof.evidence;
      return;
    }
    throw new CueLoopError("run.rebased_commit_failed", {
      message: `Others had pushed, and the gate fails on ${job.task.id} rebased onto their commits (${commit.slice(0, 12)}). Nothing was pushed.`,
      hint: "The task is archived and the commit is on your branch: repair it by hand, then `git push`.",
      kept: commit,
    });
  });
  return pushed === null ? null : { commit: pushed, evidence: proven };
}

export async function pushHead(
  context: RunContext,
  job: Finishing,
  prove: ((commit: string) => Promise<void>) | null,
): Promise<string | null> {
  const outcome = await push(context, "require_upstream", prove === null ? {} : { prove });
  const message =
    outcome.kind === "pushed"
      ? `Pushed to ${outcome.upstream}.`
      : outcome.kind === "nothing_to_push"
        ? "The remote already has it."
        : `The branch ${outcome.branch} has no upstream, so nothing was pushed; \`${outcome.command}\` sets one.`;
  context.emit({ kind: "push", task_id: job.task.id, message, payload: { outcome: outcome.kind } });
  if (outcome.kind === "no_upstream") context.emit({ kind: "warning", task_id: job.task.id, message });
  return outcome.kind === "pushed" ? outcome.commit : null;
}

async function requireClean(context: RunContext, job: Finishing): Promise<void> {
  const dirty = disallowed(await readStatus(context), allowlistOf(context)).filter((entry) => !job.nested.includes(entry.path));
  if (dirty.length === 0) return;
  throw new CueLoopError("run.dirty_after_commit", {
    message: `${job.task.id} is archived and committed, but the tree is not clean afterwards:\n${listPaths(dirty)}`,
    hint: "A git hook or a running program changed them after the commit: commit, ignore or remove them.",
    where: { taskId: job.task.id },
  });
}
