import { readRef } from "../../../git/refs/refs.ts";
import { headCommit } from "../../../git/repository.ts";
import { bringBackBooks } from "../../books/bring-back.ts";
import { type BooksAside, setAsideBooks } from "../../books/set-aside.ts";
import { checkoutOf } from "../../preflight/target.ts";
import type { ParallelRun } from "../../run.ts";
import type { WorkerRecord } from "../../state/record.ts";
import { type Advanced, advanceTarget, isSamePlace } from "../advance.ts";
import type { Journal } from "../journal.ts";
import type { Landing } from "../landing.ts";

/**
 * Moves the target as the journal says. Edits of tracked queue files that are not committed make room for it and are
 * merged with what arrives; `noted` is called before they do.
 */
export async function moveTarget({ run, record }: Landing, journal: Journal, noted: () => void): Promise<Advanced> {
  const aside = await makeRoom(run, record, journal, noted);
  try {
    return await moveBranch(run, record, journal.new);
  } finally {
    if (aside !== null) await bringBack(run, record, journal, aside);
  }
}

/** Moves the target to a commit; `record`: of the task that lands, null where none does. */
export async function moveBranch(run: ParallelRun, record: WorkerRecord | null, to: string): Promise<Advanced> {
  const { context, target } = run;
  const reason = record === null ? "cueloop: catch up" : `cueloop: land ${record.task_id}`;
  return advanceTarget(context, { branch: target.branch, to, reason, runtimeDir: context.runtimeDir });
}

/** Gives edits back that a landing had set aside; nothing happens where none are left. */
export async function bringBack(run: ParallelRun, record: WorkerRecord, journal: Journal, aside: BooksAside | null): Promise<void> {
  const head = await headCommit(run.context);
  await bringBackBooks(run, record, { old: journal.old, new: head ?? journal.old }, aside);
}

async function makeRoom(run: ParallelRun, record: WorkerRecord, journal: Journal, noted: () => void): Promise<BooksAside | null> {
  const { context, books } = run;
  if (books !== "git" || (await readRef(context, `refs/heads/${journal.target}`)) !== journal.old) return null;
  const place = await checkoutOf(context, journal.target);
  if (place === null || !isSamePlace(place, context.root)) return null;
  return setAsideBooks(run, record, noted);
}
