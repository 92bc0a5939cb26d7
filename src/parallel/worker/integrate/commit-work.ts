import { lstatSync } from "node:fs";
import { join } from "node:path";
import { isCueLoopError, messageOf } from "../../../base/errors.ts";
import { amendStaged, commitStaged, stageAll } from "../../../git/commit.ts";
import { currentBranch, headCommit, treeOf } from "../../../git/repository.ts";
import { type GitContext, gitOk } from "../../../git/run.ts";
import { differencesFromHead, isUnstaged } from "../../../git/state/at-head.ts";
import { listChanges, type WorkTreeChanges } from "../../../git/state/changes.ts";
import { exclusionTest } from "../../../git/state/exclude.ts";
import type { StatusEntry } from "../../../git/state/status.ts";
import { type Uncommittable, uncommittable } from "../../../git/state/uncommittable.ts";
import { changedPaths } from "../../../git/tree.ts";
import { checkLfs } from "../../../run/gate/lfs.ts";
import { askBeforeCommit } from "../../../run/publish/before-commit.ts";
import { taskCommitMessage } from "../../../run/publish/commit-message.ts";
import { areBooksAtHead, bookPaths, setBooksBack } from "./books.ts";
import type { Failure } from "./failure.ts";
import type { Integration } from "./integration.ts";

/** A commit with the hooks of a large project. */
export const COMMIT_TIMEOUT_MS = 10 * 60_000;

/**
 * Commits what is not committed on the task's branch, whatever the publish mode; queue and done file are as in `base`
 * afterwards, also where the agent committed them. Null: it is done, or there was nothing to do.
 */
export async function commitWork(it: Integration, base: string): Promise<Failure | null> {
  const { context, job, settings } = it;
  const branch = await currentBranch(context);
  if (branch !== settings.branch) {
    const now = branch === null ? "a detached HEAD" : `the branch ${branch}`;
    const said = `The worktree is on ${now} and has to be on ${settings.branch}: check that branch out, with the work on it.`;
    return { kind: "other", said };
  }
  const differences = await differencesFromHead(context);
  if (await isSettledBy(it, base, differences)) return null;
  const changes = await listChanges(context);
  const nested = nestedRepositories(it, changes);
  if (nested.length > 0) return { kind: "nested", paths: nested };
  const { unmerged, submodules } = await uncommittableAmong(it, differences);
  if (unmerged.length > 0) return { kind: "other", said: `Conflicts are unresolved in ${unmerged.join(", ")}: a merge was left half-way.` };
  if (submodules.length > 0) {
    return {
      kind: "other",
      said: `Files inside a submodule changed, which no commit of this repository can hold: ${submodules.join(", ")}`,
    };
  }
  // It looks at changes, and after the commit there are none.
  await checkLfs(context, job);
  if (!(await areBooksSettled(it, base, differences))) await setBooksBack(context, base);
  const tree = await stageAll(context, { exclude: job.exclude, changes });
  const head = await treeOf(context, "HEAD");
  return tree === head ? null : commitAsked(it, { base, from: head, to: tree });
}

/** What is about to be committed: the trees of HEAD and of the index. */
export interface Staged {
  /** Commit that the work stands on. */
  readonly base: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Commits what is staged with the message that the hook `beforeCommit` agrees to. A commit of the work's that failed the
 * gate is amended by its repair, so that no commit on the target is one that failed.
 */
export async function commitAsked({ context, job }: Integration, staged: Staged): Promise<Failure | null> {
  const { task } = job;
  const files = () => changedPaths(context, staged.from, staged.to);
  return refusedAsFailure(async () => {
    const message = await askBeforeCommit(context, { task, message: taskCommitMessage(task.id, task.title), files });
    const options = { timeoutMs: COMMIT_TIMEOUT_MS };
    return (await isOurCommit(context, message, staged)) ? amendStaged(context, options) : commitStaged(context, message, options);
  });
}

/** Whether HEAD is a commit of this work with the message, and would not be empty when it is amended; git's hooks may have added to the message. */
async function isOurCommit(context: GitContext, message: string, { base, to }: Staged): Promise<boolean> {
  if ((await headCommit(context)) === base) return false;
  const [parents = "", written = ""] = (await gitOk(context, ["show", "--no-patch", "--format=%P%x00%B", "HEAD"])).split("\0");
  if (parents.includes(" ") || !written.startsWith(message.trim())) return false;
  return (await treeOf(context, parents)) !== to;
}

/** A commit that git or a hook refuses is the agent's to look at. */
export async function refusedAsFailure(commit: () => Promise<unknown>): Promise<Failure | null> {
  try {
    await commit();
    return null;
  } catch (error) {
    if (isCueLoopError(error, "hook.refused")) return { kind: "commit", said: messageOf(error), final: false };
    if (!isCueLoopError(error, "git.commit_refused")) throw error;
    // Whose commit it is only the person can say.
    return { kind: "commit", said: messageOf(error), final: error.hint?.includes("git config user.name") === true };
  }
}

/** Whether there is nothing to commit: work tree and index hold what HEAD holds, and that has the books as in `base`. */
export async function isSettled(it: Integration, base: string): Promise<boolean> {
  return isSettledBy(it, base, await differencesFromHead(it.context));
}

async function isSettledBy(it: Integration, base: string, differences: readonly StatusEntry[]): Promise<boolean> {
  const excluded = exclusionTest(it.job.exclude);
  return differences.every((entry) => excluded(entry.path) && isUnstaged(entry)) && areBooksSettled(it, base, differences);
}

/** Whether the books are as in `base` in HEAD, the index and the work tree; copies that no commit has do not count. */
async function areBooksSettled({ context }: Integration, base: string, differences: readonly StatusEntry[]): Promise<boolean> {
  const books = bookPaths(context);
  if (differences.some(({ path, tracked }) => tracked && books.includes(path))) return false;
  return areBooksAtHead(context, base);
}

/** Asks only where the differences may be such: a submodule is a directory. */
async function uncommittableAmong({ context }: Integration, differences: readonly StatusEntry[]): Promise<Uncommittable> {
  const isSuspect = ({ path, code, tracked }: StatusEntry) =>
    tracked && (/U|AA|DD/.test(code) || lstatSync(join(context.root, path), { throwIfNoEntry: false })?.isDirectory() === true);
  return differences.some(isSuspect) ? uncommittable(context) : { unmerged: [], submodules: [] };
}

/** Repositories that appeared inside the worktree, relative to its root. */
function nestedRepositories({ job }: Integration, { nested }: WorkTreeChanges): string[] {
  const excluded = exclusionTest(job.exclude);
  return nested.filter((path) => !job.nested.includes(path) && !excluded(path));
}
