import { CueLoopError } from "../../base/errors.ts";
import type { RepoContext } from "../../config/context.ts";
import { type GitContext, git, gitFailed } from "../../git/run.ts";
import { type Books, EMPTY_FILE, type QueueFile } from "../../queue/books.ts";
import { parseQueueFile } from "../../queue/file.ts";
import { bookPaths } from "./map-path.ts";

type BooksContext = GitContext & Pick<RepoContext, "queuePath" | "donePath">;

/** Texts of the two files; null for one that is not there. */
export interface BookTexts {
  readonly queue: string | null;
  readonly done: string | null;
}

/** Texts of both files in a commit's tree. Error: `git.failed`. */
export async function bookTextsAt(ctx: BooksContext, commit: string): Promise<BookTexts> {
  const { queue, done } = bookPaths(ctx);
  // What no file holds parts the answers, whose sizes are in bytes; the commit in between tells which file is meant.
  const mark = `object-${crypto.randomUUID()}`;
  const args = ["cat-file", `--batch=${mark} %(objecttype)`];
  const stdin = [`${commit}:${queue}`, commit, `${commit}:${done}`, commit].map((name) => `${name}\n`).join("");
  const result = await git(ctx, args, { stdin });
  const texts: (string | null)[] = [null, null];
  let commits = 0;
  let isOther = false;
  for (const answer of result.stdout.split(`${mark} `).slice(1)) {
    if (answer.startsWith("commit\n")) commits += 1;
    else if (answer.startsWith("blob\n")) texts[commits] = contentOf(answer);
    else isOther = true;
  }
  if (result.code !== 0 || commits !== 2 || isOther) throw gitFailed(ctx, args, { ...result, stdout: `No books in ${commit}.` });
  return { queue: texts[0] ?? null, done: texts[1] ?? null };
}

/** Without the line that tells the type, and the line end that follows an object. */
function contentOf(answer: string): string {
  return answer.slice("blob\n".length, -1);
}

/**
 * The books as a commit has them; a done file that is not there is an empty one.
 * Errors: `parallel.books_missing` (no queue file there), those of parsing, `git.failed`.
 */
export async function booksAt(ctx: BooksContext, commit: string): Promise<Books> {
  return booksIn(ctx, commit, await bookTextsAt(ctx, commit));
}

/** The books that texts of a commit hold. Errors: those of `booksAt`. */
export function booksIn(ctx: BooksContext, commit: string, texts: BookTexts): Books {
  const paths = bookPaths(ctx);
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
