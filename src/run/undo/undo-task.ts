import { formatTimestamp } from "../../base/clock.ts";
import { readRef } from "../../git/refs/refs.ts";
import { treeOf } from "../../git/repository.ts";
import { type KeptWork, rewind } from "../../git/rewind/rewind.ts";
import { uninterruptible } from "../../git/run.ts";
import type { Exclusions } from "../../git/state/exclude.ts";
import type { QueueLock } from "../../queue/store/lock.ts";
import { removeOutcome } from "../../queue/store/outcome.ts";
import { withQueue } from "../../queue/store/transaction.ts";
import type { RunContext } from "../context.ts";
import type { Job } from "../job.ts";
import { runRef } from "../refs.ts";
import type { PlacedTask } from "../session/sidecar.ts";
import { putBack } from "./put-back.ts";

/** A task's work, taken out of the tree. */
export interface Undone {
  /** Null when it had changed nothing. */
  readonly kept: KeptWork | null;
  /** Repositories inside this one that stay, relative to the root. */
  readonly left: readonly string[];
  /** Files that could not come back beside what the agent committed, relative to the root; the ref keeps them. */
  readonly displaced: readonly string[];
}

/** Where a task's work began. */
export interface Origin {
  readonly taskId: string;
  readonly base: string;
  readonly index: string;
  readonly head: string | null;
  readonly exclude: Exclusions;
  /** Repositories inside this one that were there before. */
  readonly nested: readonly string[];
}

/**
 * Takes what was changed since out of the tree, after keeping it under `refs/cueloop/undone/<ID>/<time>`. The books
 * stay as they are. Errors: `git.rewind_blocked`, `git.rewind_failed`.
 */
export async function undoSince(context: RunContext, origin: Origin, onKept: (kept: KeptWork) => void): Promise<Undone> {
  const { taskId, nested, ...request } = origin;
  const stamp = formatTimestamp(context.clock.now()).replace(/[:.-]/g, "");
  const { kept, repositories, displaced } = await rewind(uninterruptible(context), {
    ...request,
    ref: `refs/cueloop/undone/${taskId}/${stamp}`,
    message: `${taskId}: changes that were undone`,
    onKept,
  });
  return { kept, displaced, left: repositories.filter((path) => !nested.includes(path)) };
}

/** Takes out of the tree what the task changed, or what was changed since another tree; its record stays. */
export async function undoWork(
  context: RunContext,
  job: Job,
  onKept: (kept: KeptWork) => void = () => undefined,
  base = job.baseTree,
): Promise<Undone> {
  const steady = uninterruptible(context);
  const index = (await readRef(steady, runRef(context.runId, "index"))) ?? (await treeOf(steady, job.head));
  const { head, exclude, nested } = job;
  return undoSince(context, { taskId: job.task.id, base, index, head, exclude, nested }, onKept);
}

/**
 * Undoes a task: its changes, then its record, then what is saved of the attempt. With a reason it is put aside: it
 * is `todo` again, and a note says why.
 */
export async function undoTask(context: RunContext, job: Job, reason: string | null = null): Promise<Undone> {
  const undone = await undoWork(context, job, ({ ref }) => job.record.update({ sidecar: { undoing: { ref, reason } } }));
  await restoreRecord(context, { before: job.before, lock: job.lock, reason, ref: undone.kept?.ref ?? null });
  job.record.remove();
  removeOutcome(context, job.task.id);
  return undone;
}

export interface RecordBack {
  readonly before: PlacedTask;
  readonly lock: QueueLock;
  readonly reason: string | null;
  readonly ref: string | null;
}

/** Gives a task the record it had before its work. */
export async function restoreRecord(context: RunContext, { before, lock, reason, ref }: RecordBack): Promise<void> {
  const aside =
    reason === null ? {} : { note: asideNote(reason, ref), ...(before.task.status === "draft" ? {} : { status: "todo" as const }) };
  const options = { label: "run one", lock, runId: context.runId };
  await withQueue({ ...context, signal: uninterruptible(context).signal }, options, (books, now) => ({
    books: putBack(books, { before, now, redact: context.redact, ...aside }),
    result: null,
  }));
}

/** The note of a task that was put aside. */
export function asideNote(reason: string, ref: string | null): string {
  return ref === null ? `Put aside by a run: ${reason}` : `Put aside by a run: ${reason} Its changes are kept in ${ref}.`;
}
