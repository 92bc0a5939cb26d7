import { statSync } from "node:fs";
import { CueLoopError, isCueLoopError } from "../../base/errors.ts";
import { readTextIfExists } from "../../base/files.ts";
import { type Books, EMPTY_FILE, type QueueFile } from "../books.ts";
import { parseQueueFile } from "../file.ts";
import { findInterruptedArchives, heal } from "../heal.ts";
import { validateQueueSet, type Warning } from "../validate.ts";
import type { StoreContext } from "./context.ts";
import { journalPath, rolledForward } from "./journal.ts";
import { isLockLive } from "./lock.ts";
import { displayPath, queueMissing, readTexts, rulesOf, type Texts } from "./pair.ts";
import { closeOpenBrackets } from "./text-repair.ts";

/**
 * How a read treats files that are not as they should be:
 * - `lenient`: a cut-off file is repaired in memory; what `queue` and `task` reads use;
 * - `strict`: no repair;
 * - `unchecked`: no repair, no validation, and a missing active file is an empty one.
 */
export type ReadMode = "lenient" | "strict" | "unchecked";

export interface ReadBooks extends Books {
  /** The done file exists or holds tasks. */
  readonly donePresent: boolean;
  /** What validation found doubtful; empty for `unchecked`. */
  readonly warnings: readonly Warning[];
}

/** How long a read waits for a writer it met half way, in milliseconds. */
const WRITER_PAUSE_MS = 100;

/**
 * Both files as the next command that changes them will find them: an interrupted change finished and an
 * interrupted archive healed, in memory only. Takes no lock and writes nothing.
 * Errors: `queue.missing`, `queue.invalid`, and those of parsing.
 */
export function readBooks(ctx: StoreContext, mode: ReadMode = "lenient"): ReadBooks {
  let moment = momentOf(ctx, mode);
  if (isHalfWay(moment) && isLockLive(ctx)) {
    Bun.sleepSync(WRITER_PAUSE_MS);
    moment = momentOf(ctx, mode);
  }
  const warnings = mode === "unchecked" ? [] : validateQueueSet(moment.books, rulesOf(ctx, moment.texts.done)).warnings;
  return { ...heal(moment.books).books, donePresent: moment.texts.done !== null, warnings };
}

/** Reads the books for somebody who asks again and again: they are parsed and held to the rules anew only when a file of theirs has changed. */
export class BooksReader {
  readonly #ctx: StoreContext;
  readonly #mode: ReadMode;
  #last: { readonly fingerprint: string; readonly books: ReadBooks } | null = null;

  constructor(ctx: StoreContext, mode: ReadMode) {
    this.#ctx = ctx;
    this.#mode = mode;
  }

  /** As `readBooks`. */
  read(): ReadBooks {
    const present = fingerprint(this.#ctx);
    if (this.#last?.fingerprint !== present) this.#last = { fingerprint: present, books: readBooks(this.#ctx, this.#mode) };
    return this.#last.books;
  }
}

/** Logs each warning of a validation as `[<id>] <message>`. */
export function logWarnings(ctx: Pick<StoreContext, "log">, warnings: readonly Warning[]): void {
  for (const warning of warnings) ctx.log.warn(`[${warning.task_id}] ${warning.message}`);
}

interface Moment {
  readonly texts: Texts;
  readonly books: Books;
  readonly hasJournal: boolean;
}

function momentOf(ctx: StoreContext, mode: ReadMode): Moment {
  const { texts, hasJournal } = textsOfOneMoment(ctx);
  if (texts.queue === null && mode !== "unchecked") throw queueMissing(ctx);
  const books = { queue: parse(ctx, texts.queue, ctx.queuePath, mode), done: parse(ctx, texts.done, ctx.donePath, mode) };
  return { texts, books, hasJournal };
}

/** Reads all files until none of them changed meanwhile, so that the pair is never of two moments; the journal is applied. */
function textsOfOneMoment(ctx: StoreContext): { readonly texts: Texts; readonly hasJournal: boolean } {
  for (let attempt = 1; ; attempt += 1) {
    const before = fingerprint(ctx);
    const journal = readTextIfExists(journalPath(ctx));
    const texts = rolledForward(ctx, readTexts(ctx), journal);
    if (fingerprint(ctx) === before || attempt === 5) return { texts, hasJournal: journal !== null };
  }
}

function fingerprint(ctx: StoreContext): string {
  return [ctx.queuePath, ctx.donePath, journalPath(ctx)]
    .map((path) => {
      const found = statSync(path, { throwIfNoEntry: false, bigint: true });
      return found === undefined ? "-" : `${found.ino}/${found.size}/${found.mtimeNs}`;
    })
    .join(" ");
}

/** A journal, or an id in both files, may be an archive on its way. */
function isHalfWay({ books, hasJournal }: Moment): boolean {
  if (hasJournal || findInterruptedArchives(books).length > 0) return true;
  if (books.done.tasks.length === 0) return false;
  const ids = new Set(books.done.tasks.map((task) => task.id.trim()));
  return books.queue.tasks.some((task) => ids.has(task.id.trim()));
}

function parse(ctx: StoreContext, text: string | null, path: string, mode: ReadMode): QueueFile {
  if (text === null) return EMPTY_FILE;
  const name = displayPath(ctx, path);
  try {
    return parseQueueFile(text, name);
  } catch (error) {
    if (mode !== "lenient" || !isCueLoopError(error, "json.syntax")) throw error;
    return parseRepaired(ctx, text, name, error);
  }
}

function parseRepaired(ctx: StoreContext, text: string, name: string, original: CueLoopError): QueueFile {
  const repaired = closeOpenBrackets(text);
  if (repaired === null) throw original;
  ctx.log.warn(`${name} does not parse; trying to read it with its open brackets closed.`);
  let file: QueueFile;
  try {
    file = parseQueueFile(repaired, name);
  } catch {
    throw new CueLoopError(original.code, {
      message: `${original.message} (a repair in memory was tried and did not help)`,
      ...(original.hint === undefined ? {} : { hint: original.hint }),
      ...(original.where === undefined ? {} : { where: original.where }),
    });
  }
  ctx.log.info(`${name} was read with its open brackets closed; the file itself is unchanged.`);
  return file;
}
