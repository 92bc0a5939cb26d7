import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeTemporary } from "../../base/temporary.ts";
import { gitDirectory } from "../../git/repository.ts";
import { type GitContext, git, gitOk } from "../../git/run.ts";
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
  const { queueText, doneText, created } = await landedBooks(run, record, result, base, landing.read);
  const paths = bookPaths(context);
  const tree = await treeWith(context, work, { [paths.queue]: queueText, [paths.done]: doneText });
  const message = `${booksSubject(taskId)}\n\n${BOOKS_TRAILER}: ${taskId}\n`;
  const signing = (await isSigning(context)) ? ["-S"] : [];
  const commit = await gitOk(context, ["commit-tree", ...signing, tree, "-p", work, "-F", "-"], { stdin: message });
  return { commit: commit.trim(), created };
}

/** First line of the commit that archives a task. */
export function booksSubject(taskId: string): string {
  return `cueloop: archive ${taskId} queue bookkeeping`;
}

/** The tree of a commit with these files in it, their modes as they were, as if they were staged there. */
async function treeWith(ctx: GitContext, commit: string, files: Readonly<Record<string, string>>): Promise<string> {
  const own = await gitDirectory(ctx);
  return withTemporaryIndex(ctx, { top: ctx.root, prefix: "" }, null, async (temporary) => {
    const top = makeTemporary(ctx.env, "git");
    try {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(top, path)), { recursive: true });
        writeFileSync(join(top, path), text, { mode: 0o644 });
      }
      // A work tree of these files alone; how they are stored, the attributes of the commit say.
      const place = { ...temporary, root: top, gitEnv: { ...temporary.gitEnv, GIT_DIR: own, GIT_WORK_TREE: top } };
      await gitOk(place, ["read-tree", commit]);
      const stdin = Object.keys(files)
        .map((path) => `${path}\0`)
        .join("");
      await gitOk(place, ["-c", "core.fileMode=false", "update-index", "-z", "--add", "--stdin"], { stdin });
      return (await gitOk(place, ["write-tree"])).trim();
    } finally {
      rmSync(top, { recursive: true, force: true });
    }
  });
}

async function isSigning(ctx: GitContext): Promise<boolean> {
  return (await git(ctx, ["config", "--type=bool", "--get", "commit.gpgSign"])).stdout.trim() === "true";
}
