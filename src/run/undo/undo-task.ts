import { formatTimestamp } from "../../base/clock.ts";
import { readRef } from "../../git/refs.ts";
import { treeOf } from "../../git/repository.ts";
import { type KeptWork, rewind } from "../../git/rewind/rewind.ts";
import { uninterruptible } from "../../git/run.ts";
import { removeOutcome } from "../../queue/store/outcome.ts";
import { withQueue } from "../../queue/store/transaction.ts";
import type { TaskStatus } from "../../queue/task.ts";
import type { RunContext } from "../context.ts";
import type { Job } from "../job.ts";
import { runRef } from "../refs.ts";
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

/**
 * Takes what the task changed out of the tree, after keeping it under `refs/cueloop/undone/<ID>/<time>`. The books
 * stay as they are. Errors: `git.rewind_blocked`, `git.rewind_failed`.
 */
export async function undoWork(context: RunContext, job: Job, base = job.baseTree): Promise<Undone> {
  const steady = uninterruptible(context);
  const stamp = formatTimestamp(context.clock.now()).replace(/[:.-]/g, "");
  const { kept, repositories, displaced } = await rewind(steady, {
    ref: `refs/cueloop/undone/${job.task.id}/${stamp}`,
    message: `${job.task.id}: changes that were undone`,
    base,
    index: (await readRef(steady, runRef(context.runId, "index"))) ?? (await treeOf(steady, job.head)),
    head: job.head,
    exclude: job.exclude,
  });
  return { kept, displaced, left: repositories.filter((path) => !job.nested.includes(path)) };
}

/** How the record of a task that is put back differs from what it was. */
export interface PutBackAs {
  readonly status?: TaskStatus;
  readonly note?: (undone: Undone) => string;
}

/** Undoes a task: its changes, then its record, then what is saved of the attempt. */
export async function undoTask(context: RunContext, job: Job, as: PutBackAs = {}): Promise<Undone> {
  const undone = await undoWork(context, job);
  const steady = { ...context, signal: uninterruptible(context).signal };
  await withQueue(steady, { label: "run one", lock: job.lock, runId: context.runId }, (books, now) => ({
    books: putBack(books, {
      before: job.before,
      now,
      redact: context.redact,
      ...(as.status === undefined ? {} : { status: as.status }),
      ...(as.note === undefined ? {} : { note: as.note(undone) }),
    }),
    result: null,
  }));
  job.record.remove();
  removeOutcome(context, job.task.id);
  return undone;
}
