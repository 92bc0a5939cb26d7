import { type GitContext, git, gitOk, gitRecords } from "../../git/run.ts";
import { withTemporaryIndex } from "../../git/tree.ts";
import { landedBooks } from "../books/landed.ts";
import { bookPaths } from "../books/map-path.ts";
import { BOOKS_TRAILER } from "./facts.ts";
import type { Landing } from "./landing.ts";

export interface BooksCommit {
  readonly commit: string;
  /** Tasks made of the agent's proposal. */
  readonly created: readonly { readonly task_id: string; readonly title: string }[];
}

/**
 * A commit on top of `work` that archives the task in the books of the target as they are in `base`, and nothing else.
 * It is made beside every branch, index and work tree, so that there is nothing to take back where the target is lost to
 * somebody faster. Errors: what the books refuse.
 */
export async function commitBooks(
  landing: Landing,
  { base, work }: { readonly base: string; readonly work: string },
): Promise<BooksCommit> {
  const { run, record, result, taskId } = landing;
  const { context } = run;
  const { queueText, doneText, created } = await landedBooks(run, record, result, base);
  const paths = bookPaths(context);
  const texts = [
    [paths.queue, queueText],
    [paths.done, doneText],
  ] as const;
  const tree = await withTemporaryIndex(context, { top: context.root, prefix: "" }, null, async (temporary) => {
    await gitOk(temporary, ["read-tree", work]);
    for (const [path, text] of texts) {
      const blob = (await gitOk(context, ["hash-object", "-w", "--stdin", "--path", path], { stdin: text })).trim();
      await gitOk(temporary, ["update-index", "--add", "--cacheinfo", `${await modeOf(context, work, path)},${blob},${path}`]);
    }
    return (await gitOk(temporary, ["write-tree"])).trim();
  });
  const message = `${booksSubject(taskId)}\n\n${BOOKS_TRAILER}: ${taskId}\n`;
  const signing = (await isSigning(context)) ? ["-S"] : [];
  const commit = await gitOk(context, ["commit-tree", ...signing, tree, "-p", work, "-F", "-"], { stdin: message });
  return { commit: commit.trim(), created };
}

/** First line of the commit that archives a task. */
export function booksSubject(taskId: string): string {
  return `cueloop: archive ${taskId} queue bookkeeping`;
}

async function modeOf(ctx: GitContext, commit: string, path: string): Promise<string> {
  const [record = ""] = await gitRecords(ctx, ["--literal-pathspecs", "ls-tree", "-z", commit, "--", path]);
  return record.startsWith("100755") ? "100755" : "100644";
}

async function isSigning(ctx: GitContext): Promise<boolean> {
  return (await git(ctx, ["config", "--type=bool", "--get", "commit.gpgSign"])).stdout.trim() === "true";
}
