import { existsSync } from "node:fs";
import { join } from "node:path";
import { currentBranch, gitPath, headCommit } from "../../git/repository.ts";
import { git, gitOk, uninterruptible } from "../../git/run.ts";
import { listChanges } from "../../git/state/changes.ts";
import { filterTree } from "../../git/tree.ts";
import { showClaim } from "../../queue/claims/claim.ts";
import { workExclusions } from "../../run/trees.ts";
import { notOurs, otherRepositories } from "../worktree/capture.ts";
import { bookFiles, type Landing } from "./landing.ts";

/**
 * Why a result must not land, for a person; null: it may. What an interrupted landing left in the worktree (a rebase, a
 * commit of the books) is taken back first, so that the branch is where the worker left it.
 */
export async function refusal(landing: Landing): Promise<string | null> {
  const foreign = wrongToken(landing);
  if (foreign !== null) return foreign;
  const { record, worktree, result } = landing;
  if (!existsSync(join(record.workspace_path, ".git"))) return `its worktree ${record.workspace_path} is gone`;
  await abortRebase(landing);
  const isLeftOut = notOurs(record.seeded ?? []);
  const changes = await listChanges(worktree);
  const nested = [
    ...changes.nested.filter((path) => !isLeftOut(path)),
    ...(await otherRepositories(landing.run.context, record.workspace_path)),
  ];
  if (nested.length > 0) return `a git repository is inside its worktree, whose content git cannot keep: ${nested.join(", ")}`;
  if (result.outcome === "rejected") return null;
  const books = new Set(bookFiles(landing));
  const changed = [...changes.update, ...changes.remove, ...changes.unmerged].filter((path) => !isLeftOut(path));
  const foreignChanges = changed.filter((path) => !books.has(path));
  if (foreignChanges.length > 0) return `its worktree has changes that are in no commit: ${shown(foreignChanges)}`;
  return takeBack(landing, landing.run.books === "git" && changed.length > 0);
}

function wrongToken({ run, record, result, taskId }: Landing): string | null {
  const token = record.token ?? null;
  if (token === null || result.token !== token) return "its result is of another attempt than the one on record";
  return showClaim(run.common, taskId, token) ? null : "another run has taken the task over since";
}

/** Nobody works in the worktree any more, so that a rebase in progress is one of ours that was killed. */
async function abortRebase({ worktree }: Landing): Promise<void> {
  for (const state of ["rebase-merge", "rebase-apply"]) {
    if (existsSync(await gitPath(worktree, state))) await git(uninterruptible(worktree), ["rebase", "--abort"]);
  }
}

/** Sets the branch back to the worker's tip, where it differs from it in the queue files alone; else the reason it is not. */
async function takeBack(landing: Landing, hasDirtyBooks: boolean): Promise<string | null> {
  const { run, worktree, result, branch } = landing;
  const tip = result.tip;
  if (tip === null) return "its result names no commit";
  const present = await currentBranch(worktree);
  if (present !== branch) return `its worktree is on ${present ?? "no branch"} instead of ${branch}`;
  const head = await headCommit(worktree);
  if (head === tip && !hasDirtyBooks) return null;
  if (head === null || !(await isSameWork(landing, head, tip))) {
    return `its branch is at ${head ?? "no commit"}, and the worker had finished at ${tip}`;
  }
  await gitOk({ ...run.context, root: worktree.root }, ["reset", "--quiet", "--hard", tip]);
  return null;
}

/** A rebase over commits of the books, and a commit of the books on top, leave everything else as it was. */
async function isSameWork({ run, worktree }: Landing, a: string, b: string): Promise<boolean> {
  if (a === b) return true;
  const exclude = workExclusions(run.context);
  return (await filterTree(worktree, a, exclude)) === (await filterTree(worktree, b, exclude));
}

function shown(paths: readonly string[]): string {
  return paths.length > 5 ? `${paths.slice(0, 5).join(", ")} and ${paths.length - 5} more` : paths.join(", ");
}
