import { rmSync } from "node:fs";
import { formatTimestamp } from "../../base/clock.ts";
import { isCueLoopError, messageOf } from "../../base/errors.ts";
import type { Books, QueueFile } from "../../queue/books.ts";
import { parseQueueFile, renderQueueFile } from "../../queue/file.ts";
import { nextIds } from "../../queue/ids.ts";
import { mergeBooks } from "../../queue/merge/merge.ts";
import { commitTexts } from "../../queue/store/commit.ts";
import { rollForward } from "../../queue/store/journal.ts";
import { acquireMutex } from "../../queue/store/locking/mutex.ts";
import { readTexts, rulesOf, type Texts } from "../../queue/store/pair.ts";
import { validateQueueSet } from "../../queue/validate.ts";
import type { RunContext } from "../../run/context.ts";
import type { ParallelRun } from "../run.ts";
import type { WorkerRecord } from "../state/record.ts";
import { booksIn, bookTextsAt } from "./at-commit.ts";
import { type BooksAside, backupDirectory, keepBackup, readBackup } from "./set-aside.ts";

/** Where HEAD was when the books were set aside, and where it is now; the same when the fast-forward did not happen. */
export interface Move {
  readonly old: string;
  readonly new: string;
}

/**
 * Gives the person's edits of the queue files back, merged with what came in, as uncommitted edits. Edits that cannot
 * be merged, or not to valid files, stay in a directory that a warning names. Safe to repeat until it has returned:
 * nothing happens where no backup is left.
 * @param aside what `setAsideBooks` gave, whose mutex is released here; null after a crash
 */
export async function bringBackBooks(
  run: Pick<ParallelRun, "context">,
  record: WorkerRecord,
  move: Move,
  aside: BooksAside | null,
): Promise<void> {
  // A Ctrl-C must not leave the person's edits in the backup.
  const context = { ...run.context, signal: new AbortController().signal };
  const mutex = aside?.mutex ?? (await acquireMutex(context, "run loop", context.runId));
  try {
    const directory = backupDirectory(run, record);
    const backup = readBackup(directory);
    if (backup === null) return;
    rollForward(context);
    const merged =
      move.old === move.new
        ? { kind: "merged" as const, ...backup, warnings: [] }
        : mergedBack(context, record.task_id, await commitsOf(context, move), backup);
    if (merged.kind === "impossible") {
      keepBackup(run, record, merged.reason);
      return;
    }
    const texts = readTexts(context);
    const after = { queue: partsUnless(texts.queue, merged.queue), done: partsUnless(texts.done, merged.done) };
    if (after.queue !== null || after.done !== null) commitTexts(context, "run loop", texts, after, () => {});
    rmSync(directory, { recursive: true, force: true });
    for (const message of merged.warnings) context.emit({ kind: "warning", task_id: record.task_id, message });
  } finally {
    mutex.release();
  }
}

interface Version {
  readonly books: Books;
  readonly texts: Texts;
}

async function commitsOf(context: RunContext, move: Move): Promise<{ readonly base: Version; readonly theirs: Version }> {
  const at = async (commit: string) => {
    const texts = await bookTextsAt(context, commit);
    return { books: booksIn(context, commit, texts), texts };
  };
  return { base: await at(move.old), theirs: await at(move.new) };
}

type MergedBack =
  | { readonly kind: "merged"; readonly queue: string; readonly done: string; readonly warnings: readonly string[] }
  | { readonly kind: "impossible"; readonly reason: string };

function mergedBack(
  context: RunContext,
  landed: string,
  { base, theirs }: { readonly base: Version; readonly theirs: Version },
  backup: Texts,
): MergedBack {
  try {
    const ours = parsed(context, backup, base.books);
    const present = parsed(context, readTexts(context), theirs.books);
    const options = optionsFor(context, landed, [base.books, ours, theirs.books, present]);
    const first = mergeBooks(base.books, ours, theirs.books, options);
    // After a crash somebody may have edited the files since; else they are as the commit has them.
    const { books, warnings } = mergeBooks(theirs.books, present, first.books, options);
    validateQueueSet(books, rulesOf(context, ""));
    const known = [
      { books: theirs.books, texts: theirs.texts },
      { books: ours, texts: backup },
    ];
    const textOf = (file: "queue" | "done") =>
      known.find((version) => Bun.deepEquals(version.books[file], books[file]))?.texts[file] ?? renderQueueFile(books[file]);
    return { kind: "merged", queue: textOf("queue"), done: textOf("done"), warnings: [...first.warnings, ...warnings] };
  } catch (error) {
    if (!isCueLoopError(error)) throw error;
    return { kind: "impossible", reason: `They do not go together with what came in: ${messageOf(error)}` };
  }
}

/** A file that is not there counts as unedited. */
function parsed(context: RunContext, texts: Texts, otherwise: Books): Books {
  const file = (text: string | null, path: string, instead: QueueFile) => (text === null ? instead : parseQueueFile(text, path));
  return { queue: file(texts.queue, context.queuePath, otherwise.queue), done: file(texts.done, context.donePath, otherwise.done) };
}

function optionsFor(context: RunContext, landed: string, versions: readonly Books[]) {
  const taken = versions.flatMap(({ queue, done }) => [...queue.tasks, ...done.tasks].map(({ id }) => id));
  const rules = { prefix: context.idPrefix, width: context.idWidth };
  return {
    landed,
    now: formatTimestamp(context.clock.now()),
    nextIds: (count: number) =>
      nextIds({ queue: { version: 1, tasks: [] }, done: { version: 1, tasks: [] } }, { ...rules, count, avoid: taken }).ids,
  };
}

/** What is to be written; null where the file holds it already, or is to stay as it is. */
function partsUnless(present: string | null, text: string | null): readonly string[] | null {
  return text === null || present === text ? null : [text];
}
