import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { readTextIfExists, writeAtomic } from "../../base/files.ts";
import { gitOk, gitRecords } from "../../git/run.ts";
import { rollForward } from "../../queue/store/journal.ts";
import { acquireMutex, type InnerMutex } from "../../queue/store/locking/mutex.ts";
import { readTexts, type Texts } from "../../queue/store/pair.ts";
import { filesOfTask } from "../files/paths.ts";
import { recoveredDirectory } from "../landing/advance.ts";
import type { ParallelRun } from "../run.ts";
import type { WorkerRecord } from "../state/record.ts";
import { bookPaths } from "./map-path.ts";

type AsideRun = Pick<ParallelRun, "context">;

/** Edited queue files that are out of the way. Until they are back nobody who shares the lock can change the queue. */
export interface BooksAside extends Disposable {
  readonly mutex: InnerMutex;
}

/**
 * Moves the person's uncommitted edits of the tracked queue files out of the way of a fast-forward: both files are
 * copied to the landing backup of the task, `noted` writes that down, and then the checkout has them as HEAD has. Null
 * when nothing is edited. `bringBackBooks` gives the edits back, whatever became of the fast-forward.
 */
export async function setAsideBooks(run: AsideRun, record: WorkerRecord, noted: () => void): Promise<BooksAside | null> {
  const { context } = run;
  const { queue, done } = bookPaths(context);
  const mutex = await acquireMutex(context, "run loop", context.runId);
  let isAside = false;
  try {
    rollForward(context);
    const changed = await gitRecords(context, [
      "--no-optional-locks",
      "--literal-pathspecs",
      "status",
      "--porcelain=v1",
      "-z",
      "--",
      queue,
      done,
    ]);
    if (changed.length === 0) {
      mutex.release();
      return null;
    }
    const texts = readTexts(context);
    const directory = backupDirectory(run, record);
    const earlier = readBackup(directory);
    if (earlier !== null && !Bun.deepEquals(earlier, texts)) keepBackup(run, record, "An earlier landing had set them aside.");
    writeBackup(directory, texts);
    isAside = true;
    noted();
    await gitOk(context, ["-c", "core.hooksPath=/dev/null", "--literal-pathspecs", "checkout", "--quiet", "HEAD", "--", queue, done]);
    return { mutex, [Symbol.dispose]: () => mutex.release() };
  } catch (error) {
    if (isAside) putBack(run, record);
    mutex.release();
    throw error;
  }
}

/** Where the edits of the task's landing wait. */
export function backupDirectory({ context }: AsideRun, record: WorkerRecord): string {
  return filesOfTask(context.runtimeDir, record.task_id).landingBackup;
}

/** Texts of a backup; null when it is not there whole. */
export function readBackup(directory: string): Texts | null {
  if (!existsSync(join(directory, COMPLETE))) return null;
  return { queue: readTextIfExists(join(directory, "queue")), done: readTextIfExists(join(directory, "done")) };
}

/** Moves a backup that cannot be brought back to where it stays, and says so. */
export function keepBackup({ context }: AsideRun, record: WorkerRecord, why: string): void {
  const kept = recoveredDirectory(context, context.runtimeDir);
  mkdirSync(dirname(kept), { recursive: true });
  renameSync(backupDirectory({ context }, record), kept);
  context.emit({
    kind: "warning",
    task_id: record.task_id,
    message: `Edits of the queue files were not brought back. ${why}\nThe edited files are ${join(kept, "queue")} and ${join(kept, "done")}; ${context.queuePath} and ${context.donePath} are as the target branch has them.`,
  });
}

/** Written last. */
const COMPLETE = "complete";

function writeBackup(directory: string, texts: Texts): void {
  rmSync(directory, { recursive: true, force: true });
  for (const name of ["queue", "done"] as const) {
    const text = texts[name];
    if (text !== null) writeAtomic(join(directory, name), text, { mode: 0o600 });
  }
  writeAtomic(join(directory, COMPLETE), "");
}

/** The checkout did not take HEAD's version: the files get what they held. */
function putBack(run: AsideRun, record: WorkerRecord): void {
  const { context } = run;
  const directory = backupDirectory(run, record);
  const texts = readBackup(directory);
  if (texts === null) return;
  if (texts.queue !== null) writeAtomic(context.queuePath, texts.queue);
  if (texts.done !== null) writeAtomic(context.donePath, texts.done);
  rmSync(directory, { recursive: true, force: true });
}
