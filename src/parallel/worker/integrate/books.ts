import type { RepoContext } from "../../../config/context.ts";
import { headCommit } from "../../../git/repository.ts";
import { type GitContext, git, gitFailed, gitOk } from "../../../git/run.ts";
import { insideRoot } from "../../../run/trees.ts";

type Place = GitContext & Pick<RepoContext, "queuePath" | "donePath">;

/** Queue and done file relative to the root, as far as they are inside it. */
export function bookPaths(context: Pick<RepoContext, "root" | "queuePath" | "donePath">): string[] {
  return [context.queuePath, context.donePath].flatMap((path) => insideRoot(context.root, path) ?? []);
}

/**
 * Sets queue and done file back, in the index and the work tree, to what they are in `commit`. One that is not there is
 * a copy and no content of the repository: it only leaves the index.
 */
export async function setBooksBack(context: Place, commit: string): Promise<void> {
  for (const path of bookPaths(context)) {
    if (await isIn(context, commit, path)) await gitOk(context, ["--literal-pathspecs", "checkout", "--quiet", commit, "--", path]);
    else await gitOk(context, ["--literal-pathspecs", "rm", "--cached", "--quiet", "--force", "--ignore-unmatch", "--", path]);
  }
}

/** Whether a commit has queue and done file as HEAD has them. */
export async function areBooksAtHead(context: Place, commit: string): Promise<boolean> {
  const paths = bookPaths(context);
  if (paths.length === 0 || (await headCommit(context)) === commit) return true;
  const args = ["--literal-pathspecs", "diff-tree", "--quiet", "-r", "--no-renames", commit, "HEAD", "--", ...paths];
  const result = await git(context, args);
  if (result.code > 1) throw gitFailed(context, args, result);
  return result.code === 0;
}

/** Whether queue or done file are content of the repository at a commit. */
export async function areBooksTracked(context: Place, commit: string): Promise<boolean> {
  const paths = bookPaths(context);
  if (paths.length === 0) return false;
  const listed = await git(context, ["--literal-pathspecs", "ls-tree", "-z", "--name-only", commit, "--", ...paths]);
  return listed.code === 0 && listed.stdout !== "";
}

async function isIn(context: GitContext, commit: string, path: string): Promise<boolean> {
  const listed = await git(context, ["--literal-pathspecs", "ls-tree", "-z", "--name-only", commit, "--", path]);
  return listed.code === 0 && listed.stdout !== "";
}
