import { rmSync } from "node:fs";
import { formatTimestamp } from "../../../base/clock.ts";
import { isCueLoopError, messageOf } from "../../../base/errors.ts";
import { shellWord } from "../../../base/shell.ts";
import { isAncestor } from "../../../git/ancestry.ts";
import { changeRefs, readRef } from "../../../git/refs/refs.ts";
import { trackingRef } from "../../../git/remote/branch.ts";
import { headCommit } from "../../../git/repository.ts";
import { taskCommitMessage } from "../../../run/publish/commit-message.ts";
import { taskRef } from "../../../run/refs.ts";
import { reconcile } from "../../books/reconcile.ts";
import { workerDirectory } from "../../files/paths.ts";
import { readTaskFile } from "../../files/task-file.ts";
import type { ParallelRun } from "../../run.ts";
import type { WorkerRecord } from "../../state/record.ts";
import type { AdminLock } from "../../worktree/admin-lock.ts";
import { removeWorktree } from "../../worktree/remove.ts";
import { type BooksCommit, booksSubject } from "../books-commit.ts";
import { isFinishedAt } from "../facts.ts";
import { type Journal, removeLandingJournal } from "../journal.ts";
import { type Landing, type LandingEnd, tell } from "../landing.ts";
import { storeHistory } from "./history.ts";

const WRITES = 3;
const PAUSE_MS = 500;

export interface Finishing {
  readonly created: BooksCommit["created"];
  /** The remote has it, the local target could not follow. */
  readonly isPending: boolean;
}

/** What follows once the target has the work: books, record, refs, history, and everything of the attempt is cleared away. */
export async function finishLanded(landing: Landing, journal: Journal, { created, isPending }: Finishing): Promise<LandingEnd> {
  const { run, taskId, result } = landing;
  const { context } = run;
  const place = isPending && journal.remote !== null ? trackingRef(journal.remote) : `refs/heads/${journal.target}`;
  const tip = await readRef(context, place);
  if (tip === null || !(await isAncestor(context, journal.new, tip))) {
    removeLandingJournal(context.runtimeDir);
    return { kind: "blocked", reason: `${place} does not contain ${journal.new}, which had landed there` };
  }
  const isRejected = result.outcome === "rejected";
  if (run.books === "coordinator") await reconcilePatiently(landing);
  else if (!(await isFinishedAt(landing, journal.new))) {
    removeLandingJournal(context.runtimeDir);
    return { kind: "blocked", reason: `${taskId} is on ${journal.target}, but not in its done file` };
  }
  if (created.length > 0)
    context.emit({ kind: "followups_applied", task_id: taskId, payload: { created: created.map((made) => ({ ...made })) } });
  if (!isRejected) await nameWork(landing, journal.base, journal.work).catch((error: unknown) => unnamed(landing, error));
  storeHistory(context, result.history);
  const isShown = run.books === "coordinator" || (await isInCheckout(landing, journal.new));
  run.state.patch(taskId, {
    ...completed(landing),
    integrated_commit: journal.new,
    ...(isPending || !isShown ? { local_refresh: "pending" } : { local_refresh: null }),
  });
  tellLanded(landing, journal, isPending || !isShown);
  removeLandingJournal(context.runtimeDir);
  await landing.clear(() => clearAway(run, landing.admin, landing.record, { tip: isRejected ? null : journal.work }));
  return isRejected ? { kind: "rejected" } : { kind: "landed", commit: journal.new, work: journal.work };
}

/** The keys of a record whose task is finished. */
export function completed({ run, result }: Pick<Landing, "run" | "result">): Partial<WorkerRecord> {
  return {
    lifecycle: "completed",
    step: "done",
    completed_at: formatTimestamp(run.context.clock.now()),
    last_error: null,
    pid: null,
    pid_start: null,
    evidence: result.outcome === "rejected" ? null : result.evidence,
  };
}

/** Takes the worker's record into the coordinator's books; a write that fails is tried again. */
export async function reconcilePatiently({ run, record, result }: Pick<Landing, "run" | "record" | "result">): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await reconcile(run, record, result);
      return;
    } catch (error) {
      if (attempt === WRITES || !isCueLoopError(error, "queue.write_failed")) throw error;
      await run.context.clock.sleep(PAUSE_MS, run.context.signal);
    }
  }
}

/** Names what the task changed, for whoever asks for its diff later. */
export async function nameWork({ run, taskId }: Pick<Landing, "run" | "taskId">, base: string, work: string): Promise<void> {
  const set = [
    { name: taskRef(taskId, "base"), object: base },
    { name: taskRef(taskId, "result"), object: work },
  ];
  await changeRefs(run.context, { set, remove: [] });
}

/** The work is where it belongs; only `task diff` is without it. */
function unnamed({ run, taskId }: Landing, error: unknown): void {
  const message = `${taskId} has landed, but its changes could not be noted for later: ${messageOf(error)}`;
  run.context.emit({ kind: "warning", task_id: taskId, message });
}

/**
 * Removes worktree, branch (only at `tip`, null: wherever it is; left out: it stays) and run directory of a task that is
 * finished. What cannot be removed is named in a warning, and the next start tries again.
 */
export async function clearAway(
  run: ParallelRun,
  admin: AdminLock,
  record: WorkerRecord,
  { tip }: { readonly tip?: string | null },
): Promise<void> {
  const { context } = run;
  try {
    const branch = tip === undefined || !record.branch ? null : { name: record.branch, tip };
    await removeWorktree(context, admin, { path: record.workspace_path, branch });
    if (tip !== undefined) rmSync(workerDirectory(context.runtimeDir, record.task_id), { recursive: true, force: true });
  } catch (error) {
    if (context.signal.aborted) throw error;
    const message = `${record.task_id} is finished, but what its worker used could not be removed: ${messageOf(error)}`;
    context.emit({ kind: "warning", task_id: record.task_id, message });
  }
}

async function isInCheckout({ run }: Landing, commit: string): Promise<boolean> {
  const head = await headCommit(run.context);
  return head !== null && (await isAncestor(run.context, commit, head));
}

function tellLanded(landing: Landing, journal: Journal, isElsewhere: boolean): void {
  const { run, taskId, result } = landing;
  const { context } = run;
  const isRejected = result.outcome === "rejected";
  // The commit people look for is that of the work; a rejection has only the one of the books.
  const commit = isRejected ? journal.new : journal.work;
  if (commit !== journal.base)
    context.emit({ kind: "commit", task_id: taskId, message: subject(landing, isRejected), payload: { commit } });
  const evidence = isRejected ? null : result.evidence;
  context.emit({ kind: "task_archived", task_id: taskId, payload: { outcome: isRejected ? "rejected" : "done", evidence } });
  const later = isElsewhere ? ` \`git merge ${shellWord(journal.target)}\` brings it into the checkout.` : "";
  const what = isRejected ? `${taskId} was rejected; ${journal.target} says so.` : `${taskId} landed on ${journal.target}.`;
  tell(landing, isRejected ? "rejected" : "landed", `${what}${later}`, journal.new);
}

function subject({ run, taskId }: Landing, isRejected: boolean): string {
  if (isRejected) return booksSubject(taskId);
  const task = readTaskFile(run.context.runtimeDir, taskId);
  return task === null ? taskId : taskCommitMessage(taskId, task.title);
}
