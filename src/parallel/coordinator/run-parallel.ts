import { CueLoopError } from "../../base/errors.ts";
import { shellWord } from "../../base/shell.ts";
import { deleteRef, readRef } from "../../git/refs/refs.ts";
import { commonDir, headCommit } from "../../git/repository.ts";
import type { ClaimHolder } from "../../queue/claims/claim.ts";
import { holderText } from "../../queue/claims/held.ts";
import { takeTarget } from "../../queue/claims/target.ts";
import { type QueueLock, waitForQueueLock } from "../../queue/store/lock.ts";
import { logWarnings, readBooks } from "../../queue/store/read.ts";
import { consumeStopRequest } from "../../queue/store/stop.ts";
import { pruneDeadRuns } from "../../run/after-task.ts";
import { announceBlocked, announceEnd, announceFailure, announceStart } from "../../run/announce.ts";
import type { RunContext } from "../../run/context.ts";
import { interrupted } from "../../run/errors.ts";
import { publishModeOf } from "../../run/options.ts";
import { finishUnfinished } from "../../run/resume/unfinished.ts";
import { requirePublishable } from "../../run/start/git-ready.ts";
import { loadPlugins } from "../../run/start/plugins.ts";
import { askRunStart } from "../../run/start/run-start.ts";
import { requireStartable } from "../../run/start/startable.ts";
import { bookkeepingAuthority } from "../books/authority.ts";
import { bookPaths } from "../books/map-path.ts";
import { catchUp } from "../landing/catch-up.ts";
import { mergedHeld } from "../landing/held.ts";
import { requireCapable } from "../preflight/repository.ts";
import { findTarget, makeTarget } from "../preflight/target.ts";
import { recover } from "../recovery/recover.ts";
import type { ParallelRun } from "../run.ts";
import { openState } from "../state/open.ts";
import { AdminLock } from "../worktree/admin-lock.ts";
import { warnOfMissingHooks } from "../worktree/hooks.ts";
import { branchPrefix, checkWorkspaceRoot, workspaceRoot } from "../worktree/names.ts";
import { checkAllowlist } from "../worktree/seeding/allowlist.ts";
import { Coordinator } from "./coordinator.ts";
import type { ParallelOptions, ParallelResult, TaskEnd } from "./options.ts";

/**
 * Works tasks in worktrees, several at a time, and brings their results to the target branch one after the other. A task
 * that fails ends nothing but itself. Throws what stands in the way of beginning, and `run.interrupted`.
 */
export async function runParallel(context: RunContext, options: ParallelOptions): Promise<ParallelResult> {
  const from = context.clock.monotonicMs();
  announceStart(context, null);
  const tasks: TaskEnd[] = [];
  const totals = () => {
    const failed = tasks.filter(({ kind }) => kind === "failed" || kind === "blocked").length;
    return { attempted: tasks.length, succeeded: tasks.length - failed, failed, from };
  };
  try {
    await askRunStart(context, options, null);
    const result = await locked(context, options, tasks);
    if (result.blocking !== null) announceBlocked(context, result.blocking, null);
    const { failed } = totals();
    announceEnd(context, { ...totals(), exitCode: options.keepGoing === true && failed > 0 ? 1 : 0, outcome: result.outcome });
    return result;
  } catch (error) {
    announceFailure(context, error, totals());
    throw error;
  }
}

async function locked(context: RunContext, options: ParallelOptions, tasks: TaskEnd[]): Promise<ParallelResult> {
  await requireCapable(context);
  using lock = await waitForQueueLock(context, "run loop", { runId: context.runId });
  await finishUnfinished(context, { lock, publishMode: publishModeOf(context, options) });
  const common = await commonDir(context);
  const admin = new AdminLock(context, common);
  const run = await preflight(context, { lock, common, options });
  const target = takeTarget(context, common, run.target.branch, { label: "run loop", runId: context.runId, root: context.root });
  if (target.kind === "held") throw targetTaken(run.target.branch, target.holder);
  let before: string | null = null;
  try {
    if (await makeTarget(context, run.target)) before = await headCommit(context);
    const untouched = await recover(run, admin);
    if (run.target.remote !== null) await catchUp(run, admin);
    await mergedHeld(run, admin);
    tellMode(run);
    tellWhatIsKept(run);
    const coordinator = new Coordinator(run, admin, options, loadPlugins(context), { ends: tasks, untouched });
    const end = await coordinator.work();
    await admin.run(() => pruneDeadRuns(context));
    return { ...end, target: run.target.branch, elsewhere: run.target.elsewhere, tasks, edited: coordinator.edited };
  } finally {
    if (before !== null) await dropUnused(run, before);
    target.claim.release();
  }
}

async function preflight(
  context: RunContext,
  { lock, common, options }: { lock: QueueLock; common: string; options: ParallelOptions },
): Promise<ParallelRun> {
  const mode = publishModeOf(context, options);
  await requireStartable(context, { ownDirt: false, force: options.force, publishMode: mode, left: new Map() });
  // A worker commits on its branch in every mode; of the others it was asked just now.
  if (mode === "off") await requirePublishable(context, "commit");
  if (context.signal.aborted) throw interrupted(null);
  consumeStopRequest(context);
  logWarnings(context, readBooks(context, "strict").warnings);
  bookPaths(context);
  const root = workspaceRoot(context);
  await checkWorkspaceRoot(context, root);
  await checkAllowlist(context, root);
  await warnOfMissingHooks(context);
  const books = await bookkeepingAuthority(context);
  const target = await findTarget(context, { target: options.target, mode });
  const prefix = await branchPrefix(context);
  const state = openState(context, { target: target.branch, now: context.clock.now() });
  return { context, lock, target, mode, books, common, workspaceRoot: root, branchPrefix: prefix, state, run: options };
}

function tellMode({ context, mode }: ParallelRun): void {
  if (mode !== "off") return;
  const message = "Each result stays on its branch (`git_publish_mode` is `off`); with `--git-publish-mode commit` the run brings them in.";
  context.emit({ kind: "message", message });
}

/** What earlier runs left for the person to decide about. */
function tellWhatIsKept({ context, state }: ParallelRun): void {
  const blocked = state.records.filter(({ lifecycle }) => lifecycle === "blocked_push");
  if (blocked.length === 0) return;
  const count = blocked.length;
  const way = `\`cueloop run parallel retry --task ${count === 1 ? blocked[0]?.task_id.trim() : "TASK_ID"}\` takes ${count === 1 ? "it" : "one"} up again`;
  context.emit({ kind: "warning", message: `Blocked from earlier, and left alone: ${count}; ${way}.` });
  for (const { task_id, push_attempts: attempts, last_error: error } of blocked) {
    const reason = (error ?? "no reason is recorded").split("\n", 1)[0] ?? "";
    const shown = reason.length > 180 ? `${reason.slice(0, 177)}...` : reason;
    context.emit({
      kind: "message",
      task_id,
      message: `${task_id} is blocked after ${attempts} attempt${attempts === 1 ? "" : "s"}: ${shown}`,
    });
  }
}

/** A target that was made for this run, and on which nothing landed, goes again. */
async function dropUnused({ context, target }: ParallelRun, before: string): Promise<void> {
  const ref = `refs/heads/${target.branch}`;
  if ((await readRef(context, ref)) === before) await deleteRef(context, ref, before);
}

function targetTaken(branch: string, holder: ClaimHolder): CueLoopError {
  return new CueLoopError("parallel.target_taken", {
    message: `Another parallel run brings its results to ${branch}: ${holderText(holder)}.`,
    hint: `Wait until it has ended, or name another branch with --target ${shellWord(`${branch}-2`)}.`,
  });
}
