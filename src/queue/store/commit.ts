import { CueLoopError, messageOf } from "../../base/errors.ts";
import type { TextParts } from "../file.ts";
import type { StoreContext } from "./context.ts";
import { journalOf, journalPath, type NewFile, stageJournal } from "./journal.ts";
import { removeIfThere } from "./locking/files.ts";
import { digestOf, type Texts } from "./pair.ts";
import { type StagedFile, stageFile } from "./staged.ts";

/** What each file is to hold; null for one that stays as it is. */
export interface NewTexts {
  readonly queue: TextParts | null;
  readonly done: TextParts | null;
  /** Digest of the queue's text where it is known already. */
  readonly queueDigest?: string;
}

/** Digests of the two files as they will be; null for one that does not exist. */
export interface Digests {
  readonly queue: string | null;
  readonly done: string | null;
}

/**
 * Puts the new texts in place of `before`: done first, then the queue, with a journal around them when both
 * change. Whatever needs space is on disk before the first file is replaced, so a failure leaves both as they were;
 * a kill leaves the old pair, or a journal that the next start finishes.
 * @param secure called when all is staged and nothing has changed yet; keeps what undo needs, and can ask for the digests
 * Error: `queue.write_failed`.
 */
export function commitTexts(
  ctx: StoreContext,
  label: string,
  before: Texts,
  after: NewTexts,
  secure: (digests: () => Digests) => void,
): void {
  const staged: StagedFile[] = [];
  const stage = (path: string, text: TextParts, known?: string): StagedFile & NewFile => {
    const hasher = known === undefined ? new Bun.CryptoHasher("sha256") : null;
    const file = stageFile(path, text, hasher);
    staged.push(file);
    return { ...file, text, digest: known ?? `sha256:${hasher?.digest("hex") ?? ""}` };
  };
  let decided = false;
  try {
    const done = after.done === null ? null : stage(ctx.donePath, after.done);
    const queue = after.queue === null ? null : stage(ctx.queuePath, after.queue, after.queueDigest);
    const journal = done === null || queue === null ? null : stageJournal(ctx, journalOf(ctx, label, before, { queue, done }));
    if (journal !== null) staged.push(journal);
    secure(() => ({ queue: queue?.digest ?? digestOf(before.queue), done: done?.digest ?? digestOf(before.done) }));
    journal?.commit();
    done?.commit();
    decided = journal !== null;
    queue?.commit();
    if (journal !== null) dropJournal(ctx);
  } catch (error) {
    for (const file of staged) file.discard();
    if (!decided) removeIfThere(journalPath(ctx));
    throw decided ? halfWritten(ctx, error) : error;
  }
}

/** A journal that stays behind is recognised as done by the next start. */
function dropJournal(ctx: StoreContext): void {
  try {
    removeIfThere(journalPath(ctx));
  } catch (error) {
    ctx.log.warn(`The queue journal ${journalPath(ctx)} could not be deleted: ${messageOf(error)}`);
  }
}

/** The done file is written and the queue is not: the journal stays, and the next command finishes the change. */
function halfWritten(ctx: StoreContext, error: unknown): CueLoopError {
  return new CueLoopError("queue.write_failed", {
    message: messageOf(error),
    hint: "The change is decided: the next command that changes the queue finishes it.",
    kept: journalPath(ctx),
    where: { file: ctx.queuePath },
  });
}
