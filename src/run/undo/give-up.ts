import { CueLoopError, messageOf } from "../../base/errors.ts";
import { commandsFor } from "../../git/rewind/rewind.ts";
import { findTask } from "../../queue/books.ts";
import { appendNotes } from "../../queue/status.ts";
import type { QueueLock } from "../../queue/store/lock.ts";
import { readBooks } from "../../queue/store/read.ts";
import { withQueue } from "../../queue/store/transaction.ts";
import type { Task } from "../../queue/task.ts";
import type { RunContext } from "../context.ts";
import { isCountedFailure } from "../errors.ts";
import type { Job } from "../job.ts";
import { readSession } from "../session/session-file.ts";
import { endingOf, leftText } from "./ending.ts";
import { asideNote, type Undone, undoTask } from "./undo-task.ts";

/** A task that failed in a loop which went on without it. */
export interface FailedTask {
  readonly taskId: string;
  readonly title: string;
  /** One line. */
  readonly reason: string;
  /** Ref that holds its changes; null when there were none. */
  readonly ref: string | null;
}

/** A task failed, and was put aside so that the loop can go on; `cause` is why it failed. */
export class GivenUpError extends CueLoopError {
  readonly failed: FailedTask;

  constructor(failed: FailedTask, details: { readonly message: string; readonly hint?: string; readonly cause: unknown }) {
    super("run.given_up", { ...details, where: { taskId: failed.taskId } });
    this.failed = failed;
  }
}

/** The failed tasks of a loop for the person, a line each and one above them; none where none failed. */
export function failedLines(failed: readonly FailedTask[]): string[] {
  if (failed.length === 0) return [];
  const lines = failed.map(({ taskId, title, reason, ref }) => `  ${taskId} ${title}: ${reason}${ref === null ? "" : `\n    ${ref}`}`);
  return [`Failed and put aside: ${failed.length}`, ...lines];
}

/**
 * Works on a task; where the loop goes on whatever happens (`keepGoing`), a failure puts the task aside: its changes
 * are undone, and it is `todo` again with a note. Errors: `run.given_up`; `run.undo_failed` when that did not succeed;
 * what `work` throws where the failure is not the task's, or the task is archived already.
 */
export async function givingUp<T>(context: RunContext, job: Job, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (job.run.keepGoing !== true || context.signal.aborted || !isCountedFailure(error) || isArchived(context, job)) throw error;
    throw await giveUp(context, job, error);
  }
}

/** What could be lost is a commit, a push: the task itself is done, and the next start finishes it. */
function isArchived(context: RunContext, job: Job): boolean {
  const { step } = job.record.sidecar;
  return (step === "archive" || step === "publish") && findTask(readBooks(context, "unchecked"), job.task.id)?.file === "done";
}

async function giveUp(context: RunContext, job: Job, cause: unknown): Promise<CueLoopError> {
  const { id, title } = job.task;
  const reason = reasonOf(context, cause);
  try {
    const undone = await undoTask(context, job, reason);
    const failed = { taskId: id, title, reason, ref: undone.kept?.ref ?? null };
    return new GivenUpError(failed, { message: `${messageOf(cause)}\n${asideText(undone)}`, ...hintFor(undone), cause });
  } catch (error) {
    const ending = endingOf(id, { kind: "failed", error, begun: job.record.sidecar.undoing !== undefined });
    return new CueLoopError("run.undo_failed", {
      message: `${messageOf(cause)}\n${ending.statement}`,
      hint: ending.hint,
      where: { taskId: id },
    });
  }
}

/**
 * A failure of a task before anything was done for it: it gets a note, and the loop goes on without it. An attempt
 * that was begun, by this run or an earlier one, is not touched.
 */
export async function giveUpUnbegun(context: RunContext, task: Task, lock: QueueLock, cause: unknown): Promise<unknown> {
  if (!isCountedFailure(cause) || cause instanceof GivenUpError || context.signal.aborted || task.status === "doing") return cause;
  const session = readSession(context.runtimeDir);
  if (session.kind !== "none" && !(session.kind === "session" && session.session.task_id.trim() !== task.id.trim())) return cause;
  const reason = reasonOf(context, cause);
  const isNoted = await withQueue(context, { label: "run loop", lock, runId: context.runId }, (books, now) => {
    const found = findTask(books, task.id);
    if (found === null || found.file === "done" || found.task.status !== task.status) return { books, result: false };
    const noted = { ...appendNotes(found.task, [asideNote(reason, null)], context.redact), updated_at: now };
    return { books: { ...books, queue: { ...books.queue, tasks: books.queue.tasks.with(found.index, noted) } }, result: true };
  });
  if (!isNoted) return cause;
  const failed = { taskId: task.id, title: task.title, reason, ref: null };
  return new GivenUpError(failed, { message: `${messageOf(cause)}\nNothing was begun for it; the loop goes on without it.`, cause });
}

const REASON_CHARACTERS = 300;

function reasonOf(context: RunContext, cause: unknown): string {
  const line = context.redact(messageOf(cause)).split("\n", 1)[0] ?? "";
  return line.length > REASON_CHARACTERS ? `${line.slice(0, REASON_CHARACTERS - 1)}…` : line;
}

function asideText(undone: Undone): string {
  const { kept } = undone;
  const changes = kept === null ? "It had changed nothing" : `Its changes were undone and are kept in ${kept.ref}`;
  return `${changes}; the loop goes on without it.${leftText(undone)}`;
}

function hintFor({ kept }: Undone): { hint?: string } {
  const commands = kept === null ? null : commandsFor(kept);
  if (commands === null) return {};
  return { hint: `\`${commands.show}\` shows them, \`${commands.bringBack}\` puts them into the tree again.` };
}
