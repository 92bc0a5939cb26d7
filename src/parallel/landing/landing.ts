import { CueLoopError } from "../../base/errors.ts";
import { type GitContext, uninterruptible } from "../../git/run.ts";
import type { Books } from "../../queue/books.ts";
import { booksAt } from "../books/at-commit.ts";
import { bookPaths } from "../books/map-path.ts";
import type { ResultFile } from "../files/result-file.ts";
import type { ParallelRun } from "../run.ts";
import type { WorkerRecord } from "../state/record.ts";
import type { AdminLock } from "../worktree/admin-lock.ts";

/** How an attempt to bring a result in ended. `landed`, `held` and `rejected` are in the record; the rest is the caller's to write. */
export type LandingEnd =
  /** `commit`: what the target was moved to, with the books; `work`: the task's own. */
  | { readonly kind: "landed"; readonly commit: string; readonly work: string }
  /** Publish mode `off`: the work stays on its branch. */
  | { readonly kind: "held"; readonly branch: string }
  | { readonly kind: "rejected" }
  /** The target has moved on: the worker must integrate again. */
  | { readonly kind: "behind" }
  /** Something in a checkout is in the way: to be tried again later. `paths` may be empty; `reason` says it for a person. */
  | { readonly kind: "waiting_checkout"; readonly paths: readonly string[]; readonly reason: string }
  | { readonly kind: "blocked"; readonly reason: string };

/** One result on its way to the target. */
export interface Landing {
  readonly run: ParallelRun;
  readonly admin: AdminLock;
  readonly record: WorkerRecord;
  readonly result: ResultFile;
  readonly taskId: string;
  /** Short name of the task's branch. */
  readonly branch: string;
  /** The task's worktree. */
  readonly worktree: GitContext;
  /** `booksAt`, which reads those of a commit once. */
  readonly read: typeof booksAt;
  /** Does the clearing away, or sees to it that it is done. */
  readonly clear: Clearing;
}

/** Takes the work of removing what a finished attempt used: by default it is done at once. */
export type Clearing = (work: () => Promise<void>) => Promise<void>;

/** Everything about one landing. Error for a record without a branch: `parallel.no_branch`. */
export function landingOf(
  run: ParallelRun,
  admin: AdminLock,
  record: WorkerRecord,
  result: ResultFile,
  clear: Clearing = (work) => work(),
): Landing {
  const branch = record.branch ?? null;
  if (branch === null) {
    throw new CueLoopError("parallel.no_branch", {
      message: `The record of ${record.task_id} names no branch.`,
      where: { taskId: record.task_id },
    });
  }
  const worktree = { ...run.context, root: record.workspace_path };
  return { run, admin, record, result, taskId: record.task_id.trim(), branch, worktree, read: reader(), clear };
}

function reader(): typeof booksAt {
  const known = new Map<string, Promise<Books>>();
  return (context, commit) => {
    // What HEAD or a branch names changes.
    if (!/^[0-9a-f]{40,64}$/.test(commit)) return booksAt(context, commit);
    const books = known.get(commit) ?? booksAt(context, commit);
    known.set(commit, books);
    return books;
  };
}

/** The same landing, which a Ctrl-C does not stop any more: for what must follow once something was moved. */
export function steadily(landing: Landing): Landing {
  const { signal } = uninterruptible(landing.run.context);
  const context = { ...landing.run.context, signal };
  return { ...landing, run: { ...landing.run, context }, worktree: { ...landing.worktree, signal } };
}

/** The queue files as git knows them, relative to the top level. */
export function bookFiles({ run }: Pick<Landing, "run">): string[] {
  const { queue, done } = bookPaths(run.context);
  return [queue, done];
}

/** Tells where a landing stands. */
export function tell(
  { run, record, taskId, branch }: Pick<Landing, "run" | "record" | "taskId" | "branch">,
  state: "landing" | "landed" | "held" | "rejected",
  message: string,
  commit: string | null = null,
): void {
  const payload = { state, branch, path: record.workspace_path, ...(commit === null ? {} : { commit }) };
  run.context.emit({ kind: "worker_state", task_id: taskId, message, payload });
}
