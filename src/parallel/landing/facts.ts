import { isAncestor, mergeBase } from "../../git/ancestry.ts";
import { readRef } from "../../git/refs/refs.ts";
import { type Fetched, fetchBranch } from "../../git/remote/branch.ts";
import { gitOk } from "../../git/run.ts";
import { changedPaths } from "../../git/tree.ts";
import { isTerminal } from "../../queue/status.ts";
import type { ParallelRun } from "../run.ts";
import { bookFiles, type Landing } from "./landing.ts";
import { chooseBase, type LandingFacts } from "./next-step.ts";

export const BOOKS_TRAILER = "Cueloop-Bookkeeping";

export type TargetNow =
  /** `base`: what results have to stand on; `local`: what the branch names here. */
  | { readonly kind: "at"; readonly base: string; readonly local: string }
  | { readonly kind: "diverged" | "gone"; readonly reason: string }
  | Exclude<Fetched, { kind: "fetched" }>;

/** Where the target is now, its remote included where results are pushed. */
export async function targetNow({ context, target }: Pick<ParallelRun, "context" | "target">): Promise<TargetNow> {
  const fetched = target.remote === null ? null : await fetchBranch(context, target.remote);
  if (fetched !== null && fetched.kind !== "fetched") return fetched;
  const local = await readRef(context, `refs/heads/${target.branch}`);
  if (local === null) return { kind: "gone", reason: `the branch ${target.branch} does not exist any more` };
  const remote = fetched?.tip ?? null;
  const localInRemote = remote !== null && (await isAncestor(context, local, remote));
  const remoteInLocal = remote !== null && (await isAncestor(context, remote, local));
  const base = chooseBase({ local, remote, localInRemote, remoteInLocal });
  if (base !== null) return { kind: "at", base, local };
  const name = target.remote === null ? "" : `${target.remote.name}/${target.remote.branch}`;
  return {
    kind: "diverged",
    reason: `${target.branch} (${local}) and ${name} (${remote ?? "nothing"}) have gone different ways; merge or rebase by hand`,
  };
}

/** What has become of the target, as far as a result is concerned. `work` is the tip of the work. */
export async function landingFacts(landing: Landing, base: string, work: string): Promise<LandingFacts> {
  const { run, result, worktree } = landing;
  const isUpToDate = await isAncestor(worktree, base, work);
  const isFinishedThere = run.books === "git" && (await isFinishedAt(landing, base));
  return {
    outcome: result.outcome === "rejected" ? "rejected" : "ready",
    isUpToDate,
    isContained: !isUpToDate && (await isAncestor(worktree, work, base)),
    onlyBooks: !isUpToDate && (await onlyBooksBetween(landing, base, work)),
    isFinishedThere,
    archivedBy: isFinishedThere ? await archivingCommit(landing, base) : null,
  };
}

/** Whether the done file of a commit has the task. */
export async function isFinishedAt({ run, taskId, read }: Pick<Landing, "run" | "taskId" | "read">, commit: string): Promise<boolean> {
  const { done } = await read(run.context, commit);
  return done.tasks.some((task) => task.id.trim() === taskId && isTerminal(task.status));
}

async function onlyBooksBetween(landing: Landing, base: string, work: string): Promise<boolean> {
  const from = await mergeBase(landing.worktree, base, work);
  if (from === null || landing.run.books !== "git") return false;
  const books = new Set(bookFiles(landing));
  return (await changedPaths(landing.worktree, from, base)).every((path) => books.has(path));
}

/** The commit with which this attempt was archived on the target; null when there is none. */
async function archivingCommit({ run, taskId, result }: Landing, base: string): Promise<string | null> {
  if (result.base === null) return null;
  const pattern = `^${BOOKS_TRAILER}: ${taskId}$`;
  const args = ["log", "-1", "--format=%H", "--extended-regexp", `--grep=${pattern}`, `${result.base}..${base}`];
  return (await gitOk(run.context, args)).trim() || null;
}
