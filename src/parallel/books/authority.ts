import { CueLoopError } from "../../base/errors.ts";
import type { RepoContext } from "../../config/context.ts";
import { gitRecords } from "../../git/run.ts";
import { bookPaths } from "./map-path.ts";

/** Who keeps the queue files: `git`, where both are tracked, or the coordinator alone. */
export type BookAuthority = "git" | "coordinator";

interface Tracked {
  readonly queue: boolean;
  readonly done: boolean;
}

/** Error where only one of them is tracked: `parallel.split_books`. */
export function authorityOf(tracked: Tracked, paths: { readonly queue: string; readonly done: string }): BookAuthority {
  if (tracked.queue === tracked.done) return tracked.queue ? "git" : "coordinator";
  const [known, unknown] = tracked.queue ? [paths.queue, paths.done] : [paths.done, paths.queue];
  throw new CueLoopError("parallel.split_books", {
    message: `Git tracks only one of the queue files: ${paths.queue} (queue.file) ${says(tracked.queue)}, ${paths.done} (queue.done_file) ${says(tracked.done)}. Parallel workers need both tracked or neither.`,
    hint: `Track both: \`git add -f ${unknown}\` and a commit. Or neither: \`git rm --cached ${known}\`, a line for it in .gitignore, and a commit.`,
  });
}

function says(tracked: boolean): string {
  return tracked ? "is tracked" : "is not tracked";
}

/**
 * Who keeps the queue files of this checkout. Tracked ones must be in the commit that the work starts from, too.
 * Errors: `parallel.split_books`, `parallel.books_uncommitted`, `parallel.outside_root`, `git.failed`.
 * @param commit default HEAD
 */
export async function bookkeepingAuthority(ctx: RepoContext, commit = "HEAD"): Promise<BookAuthority> {
  const paths = bookPaths(ctx);
  const listed = new Set(await gitRecords(ctx, ["--literal-pathspecs", "ls-files", "-z", "--", paths.queue, paths.done]));
  const tracked = { queue: listed.has(paths.queue), done: listed.has(paths.done) };
  const authority = authorityOf(tracked, paths);
  if (authority === "coordinator") return authority;
  const there = new Set(
    await gitRecords(ctx, ["--literal-pathspecs", "ls-tree", "-z", "--name-only", commit, "--", paths.queue, paths.done]),
  );
  const missing = [paths.queue, paths.done].filter((path) => !there.has(path));
  if (missing.length === 0) return authority;
  throw new CueLoopError("parallel.books_uncommitted", {
    message: `${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} staged, but in no commit of this branch.`,
    hint: "Commit it first: a worktree is made from a commit.",
  });
}
