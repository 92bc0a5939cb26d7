import { CueLoopError } from "../../base/errors.ts";
import type { RepoContext } from "../../config/context.ts";
import { type GitContext, gitOk, gitRecords } from "../../git/run.ts";
import { type Books, EMPTY_FILE, type QueueFile } from "../../queue/books.ts";
import { parseQueueFile } from "../../queue/file.ts";
import { bookPaths } from "./map-path.ts";

type BooksContext = GitContext & Pick<RepoContext, "queuePath" | "donePath">;

/** Texts of both files in a commit's tree; null for one that is not there. Error: `git.failed`. */
export async function bookTextsAt(
  ctx: BooksContext,
  commit: string,
): Promise<{ readonly queue: string | null; readonly done: string | null }> {
  const { queue, done } = bookPaths(ctx);
  const records = await gitRecords(ctx, ["--literal-pathspecs", "ls-tree", "-z", commit, "--", queue, done]);
  const blobs = new Map(
    records.map((record) => [record.slice(record.indexOf("\t") + 1), record.slice(0, record.indexOf("\t")).split(" ")[2]]),
  );
  const textOf = async (path: string) => {
    const blob = blobs.get(path);
    return blob === undefined ? null : gitOk(ctx, ["cat-file", "blob", blob]);
  };
  return { queue: await textOf(queue), done: await textOf(done) };
}

/**
 * The books as a commit has them; a done file that is not there is an empty one.
 * Errors: `parallel.books_missing` (no queue file there), those of parsing, `git.failed`.
 */
export async function booksAt(ctx: BooksContext, commit: string): Promise<Books> {
  const paths = bookPaths(ctx);
  const texts = await bookTextsAt(ctx, commit);
  if (texts.queue === null) {
    throw new CueLoopError("parallel.books_missing", {
      message: `There is no ${paths.queue} in ${commit.slice(0, 12)}.`,
      hint: "Commit the queue files on the target branch.",
      where: { file: paths.queue },
    });
  }
  const parse = (text: string | null, path: string): QueueFile =>
    text === null ? EMPTY_FILE : parseQueueFile(text, `${path} in ${commit.slice(0, 12)}`);
  return { queue: parse(texts.queue, paths.queue), done: parse(texts.done, paths.done) };
}
