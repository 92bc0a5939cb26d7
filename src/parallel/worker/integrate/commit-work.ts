import { isCueLoopError, messageOf } from "../../../base/errors.ts";
import { listChanges } from "../../../git/changes.ts";
import { commitStaged, stageAll } from "../../../git/commit.ts";
import { exclusionTest } from "../../../git/exclude.ts";
import { currentBranch, fromTop, treeOf, workTreeLayout } from "../../../git/repository.ts";
import { uncommittable } from "../../../git/uncommittable.ts";
import { checkLfs } from "../../../run/gate/lfs.ts";
import { taskCommitMessage } from "../../../run/publish/commit-message.ts";
import { setBooksBack } from "./books.ts";
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
  const nested = await nestedRepositories(it);
  if (nested.length > 0) return { kind: "nested", paths: nested };
  const { unmerged, submodules } = await uncommittable(context);
  if (unmerged.length > 0) return { kind: "other", said: `Conflicts are unresolved in ${unmerged.join(", ")}: a merge was left half-way.` };
  if (submodules.length > 0) {
    return {
      kind: "other",
      said: `Files inside a submodule changed, which no commit of this repository can hold: ${submodules.join(", ")}`,
    };
  }
  // It looks at changes, and after the commit there are none.
  await checkLfs(context, job);
  await setBooksBack(context, base);
  const tree = await stageAll(context, { exclude: job.exclude });
  if (tree === (await treeOf(context, "HEAD"))) return null;
  return refusedAsFailure(() => commitStaged(context, taskCommitMessage(job.task.id, job.task.title), { timeoutMs: COMMIT_TIMEOUT_MS }));
}

/** A commit that git or a hook refuses is the agent's to look at. */
export async function refusedAsFailure(commit: () => Promise<unknown>): Promise<Failure | null> {
  try {
    await commit();
    return null;
  } catch (error) {
    if (!isCueLoopError(error, "git.commit_refused")) throw error;
    // Whose commit it is only the person can say.
    return { kind: "commit", said: messageOf(error), final: error.hint?.includes("git config user.name") === true };
  }
}

/** Repositories that appeared inside the worktree, relative to its root. */
async function nestedRepositories({ context, job }: Integration): Promise<string[]> {
  const layout = await workTreeLayout(context);
  const { nested } = await listChanges({ ...context, root: layout.top });
  const excluded = exclusionTest(job.exclude);
  return nested.map((path) => fromTop(layout, path)).filter((path) => !job.nested.includes(path) && !excluded(path));
}
