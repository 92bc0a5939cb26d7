import { CueLoopError, messageOf } from "../../base/errors.ts";
import type { StoreContext } from "./context.ts";
import { journalOf, journalPath, stageJournal } from "./journal.ts";
import { removeIfThere } from "./locking/files.ts";
import type { Texts } from "./pair.ts";
import { type StagedFile, stageFile } from "./staged.ts";

/**
 * Puts the texts of `after` in place of `before`: done first, then the queue, with a journal around them when both
 * change. Whatever needs space is on disk before the first file is replaced, so a failure leaves both as they were;
 * a kill leaves the old pair, or a journal that the next start finishes. A file that becomes null is not removed.
 * @param secure called when all is staged and nothing has changed yet; keeps what undo needs
 * Error: `queue.write_failed`.
 */
export function commitTexts(ctx: StoreContext, label: string, before: Texts, after: Texts, secure: () => void): void {
  const staged: StagedFile[] = [];
  let decided = false;
  try {
    const done = after.done === before.done || after.done === null ? null : stage(staged, ctx.donePath, after.done);
    const queue = after.queue === before.queue || after.queue === null ? null : stage(staged, ctx.queuePath, after.queue);
    const both = done !== null && queue !== null && after.queue !== null && after.done !== null;
    const journal = both ? stageJournal(ctx, journalOf(ctx, label, before, { queue: after.queue, done: after.done })) : null;
    if (journal !== null) staged.push(journal);
    secure();
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

function stage(staged: StagedFile[], path: string, text: string): StagedFile {
  const file = stageFile(path, text);
  staged.push(file);
  return file;
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
