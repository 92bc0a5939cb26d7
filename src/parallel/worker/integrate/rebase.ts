import { isCueLoopError, messageOf } from "../../../base/errors.ts";
import { isAncestor, mergeBase } from "../../../git/ancestry.ts";
import { stageAll } from "../../../git/commit.ts";
import { predictConflicts } from "../../../git/merge.ts";
import { abortRebase, continueRebase, isRebasing, type RebaseState, startRebase, unmergedPaths } from "../../../git/rebase.ts";
import { currentBranch, toTop, workTreeLayout } from "../../../git/repository.ts";
import { git } from "../../../git/run.ts";
import { applyChanges } from "../../../git/state/changes.ts";
import { readOwnOutcome } from "../../../run/completion/outcome.ts";
import { settleWorktree } from "../settle-worktree.ts";
import { bookPaths, setBooksBack } from "./books.ts";
import { conflictPrompt } from "./conflict-prompt.ts";
import type { Failure } from "./failure.ts";
import { handOffOf, type Integration, type Standing } from "./integration.ts";
import { filesWithMarkers } from "./markers.ts";

export type RebaseEnd =
  /** `resolved`: the agent had a part in it. */
  | { readonly kind: "rebased"; readonly resolved: boolean }
  | { readonly kind: "rejected" }
  | { readonly kind: "failed"; readonly failure: Failure };

const SHOWN_COMMITS = 20;
const SHOWN_CHARACTERS = 8000;

/**
 * Puts the branch onto `onto`, or goes on with a rebase in progress. Conflicts are the agent's to resolve, one turn for
 * each commit that has any; those of the books alone are resolved by the target's version.
 */
export async function rebaseWork(it: Integration, onto: string, standing: Standing): Promise<RebaseEnd> {
  const { context } = it;
  const isBegun = await isRebasing(context);
  if (!isBegun && (await isAncestor(context, onto, "HEAD"))) return (await offBranch(it)) ?? { kind: "rebased", resolved: false };
  let state = isBegun ? await stopped(it) : await begin(it, onto);
  let resolved = false;
  for (let rounds = 0; state.kind === "stopped"; rounds += 1) {
    const conflicts = await withoutBooks(it, onto, state.conflicts);
    if (conflicts.length > 0) {
      resolved = true;
      await askToResolve(it, { ...standing, onto }, conflicts);
      if (readOwnOutcome(context, it.job.task.id)?.outcome === "rejected") return rejected(it);
      const failure = await stageResolved(it, conflicts);
      if (failure !== null) return { kind: "failed", failure };
    } else if (state.conflicts.length === 0 && rounds > 0) {
      return other(`The rebase onto ${onto} stopped, and not for a conflict: ${state.said}`);
    }
    if (!(await isRebasing(context))) break;
    const next = await attempted(() => continueRebase(context));
    if ("failure" in next) return { kind: "failed", failure: next.failure };
    state = next.state;
  }
  if (state.kind === "refused") return { kind: "failed", failure: state.failure };
  return isInPlace(it, onto, resolved);
}

type State = RebaseState | { readonly kind: "refused"; readonly failure: Failure };

async function begin(it: Integration, onto: string): Promise<State> {
  const { context, job, target } = it;
  const expected = await predictConflicts(context, onto, "HEAD");
  if (expected !== null && expected.length > 0) {
    const message = `${target} has moved, and contradicts ${job.task.id} in ${expected.join(", ")}.`;
    context.emit({ kind: "message", task_id: job.task.id, message });
  }
  let begun = await attempted(() => startRebase(context, onto));
  if ("failure" in begun) {
    // A git that was killed has nothing to do with the work: what it left is taken back, and the next one tries.
    await settleWorktree(context, it.settings);
    begun = await attempted(() => startRebase(context, onto));
  }
  return "failure" in begun ? { kind: "refused", failure: begun.failure } : begun.state;
}

async function stopped({ context }: Integration): Promise<RebaseState> {
  return { kind: "stopped", conflicts: await unmergedPaths(context), said: "it was in progress" };
}

async function attempted(step: () => Promise<RebaseState>): Promise<{ readonly state: RebaseState } | { readonly failure: Failure }> {
  try {
    return { state: await step() };
  } catch (error) {
    if (isCueLoopError(error, "git.failed")) return { failure: { kind: "other", said: messageOf(error) } };
    throw error;
  }
}

/** What is left when conflicts in queue and done file are resolved by the target's version. */
async function withoutBooks({ context }: Integration, onto: string, conflicts: readonly string[]): Promise<string[]> {
  const books = bookPaths(context);
  if (conflicts.some((path) => books.includes(path))) await setBooksBack(context, onto);
  return conflicts.filter((path) => !books.includes(path));
}

async function askToResolve(it: Integration, standing: Standing & { readonly onto: string }, files: readonly string[]): Promise<void> {
  const { context, job, conversation, target } = it;
  const base = (await mergeBase(context, standing.onto, `refs/heads/${it.settings.branch}`)) ?? standing.onto;
  const log = ["log", `--max-count=${SHOWN_COMMITS}`, "--format=%h %an: %s%n%n%b", `${base}..${standing.onto}`, "--", ...files];
  const theirs = context.redact((await git(context, ["--literal-pathspecs", ...log])).stdout).slice(0, SHOWN_CHARACTERS);
  const message = `Conflicts with ${target} in ${files.join(", ")}; the agent is asked to resolve them.`;
  context.emit({ kind: "message", task_id: job.task.id, phase: conversation.phase.name, message });
  const marked = filesWithMarkers(context.root, files);
  const unmarked = files.filter((file) => !marked.includes(file));
  const handOff = { ...(await handOffOf(it, standing)), files, unmarked, theirs };
  await conversation.continueWith(conflictPrompt(context, job, handOff));
}

/** Stages what the agent resolved; an agent that staged it, or finished the rebase itself, is fine. */
async function stageResolved({ context, job }: Integration, conflicts: readonly string[]): Promise<Failure | null> {
  const marked = filesWithMarkers(context.root, conflicts);
  if (marked.length > 0) return { kind: "conflict", files: marked };
  if (!(await isRebasing(context))) return null;
  const unmerged = await unmergedPaths(context);
  const layout = await workTreeLayout(context);
  await applyChanges({ ...context, root: layout.top }, { update: unmerged.map((path) => toTop(layout, path)), remove: [] });
  await stageAll(context, { exclude: job.exclude });
  return null;
}

/** The failure of a worktree that is not on its branch; null when it is. */
async function offBranch({ context, settings }: Integration): Promise<RebaseEnd | null> {
  if ((await currentBranch(context)) === settings.branch) return null;
  return other(`After the rebase the worktree is not on ${settings.branch}; check that branch out again.`);
}

async function isInPlace(it: Integration, onto: string, resolved: boolean): Promise<RebaseEnd> {
  const { context, settings } = it;
  const unmerged = await unmergedPaths(context);
  if (unmerged.length > 0) return { kind: "failed", failure: { kind: "conflict", files: unmerged } };
  const off = await offBranch(it);
  if (off !== null) return off;
  if (await isAncestor(context, onto, "HEAD")) return { kind: "rebased", resolved };
  return other(`The branch ${settings.branch} does not contain ${onto}: the rebase was not brought to its end.`);
}

async function rejected({ context }: Integration): Promise<RebaseEnd> {
  await abortRebase(context);
  return { kind: "rejected" };
}

function other(said: string): RebaseEnd {
  return { kind: "failed", failure: { kind: "other", said } };
}
