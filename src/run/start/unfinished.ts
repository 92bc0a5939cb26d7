import { CueLoopError } from "../../base/errors.ts";
import { deleteRefsBelow } from "../../git/refs.ts";
import { treeOf } from "../../git/repository.ts";
import { readStatus } from "../../git/status.ts";
import { filterTree } from "../../git/tree.ts";
import { type Books, findTask } from "../../queue/books.ts";
import type { QueueLock } from "../../queue/store/lock.ts";
import { withQueue } from "../../queue/store/transaction.ts";
import type { RunContext } from "../context.ts";
import type { PublishMode, RunSettings } from "../options.ts";
import { commitByHand } from "../publish/by-hand.ts";
import { removeSession } from "../session/session-file.ts";
import { readSidecar, removeSidecar, type Sidecar } from "../session/sidecar.ts";
import { workExclusions } from "../trees.ts";
import { disallowed, listPaths } from "./clean.ts";
import { allowlistOf } from "./startable.ts";

export interface UnfinishedFacts {
  readonly sidecar: Pick<Sidecar, "step" | "message" | "commit">;
  /** Whether the sidecar's task is still in the active queue. */
  readonly isActive: boolean;
  /** Whether anything but the books and the program's own files differs from HEAD. */
  readonly hasWork: boolean;
}

export type Unfinished =
  /** The task is still to be worked. */
  | "not_archived"
  /** Archived, and its work lies in the tree without a commit. */
  | "not_committed"
  /** Archived, and what is left of the attempt is its saved session. */
  | "committed";

/** What an attempt left open that ended between its gate and its end. */
export function decideUnfinished({ sidecar, isActive, hasWork }: UnfinishedFacts): Unfinished {
  if (isActive || (sidecar.step !== "archive" && sidecar.step !== "publish")) return "not_archived";
  // Without a message no commit was to be made: publishing was off, or the task was rejected.
  const isMissing = sidecar.message !== undefined && sidecar.commit === undefined;
  return isMissing && hasWork ? "not_committed" : "committed";
}

/**
 * Looks after an attempt that was ended after its task was archived: its work must not get into another task's
 * commit. Call with the queue lock held. Error: `run.not_committed`, unless `force` is set.
 */
export async function settleUnfinished(
  context: RunContext,
  run: { readonly books: Books; readonly lock: QueueLock; readonly force: boolean; readonly publishMode: PublishMode },
): Promise<void> {
  const sidecar = readSidecar(context.runtimeDir);
  if (sidecar === null || (sidecar.step !== "archive" && sidecar.step !== "publish")) return;
  const { id, title } = sidecar.task_before.task;
  const work = disallowed(await readStatus(context), allowlistOf(context));
  const isActive = findTask(run.books, id)?.file === "queue";
  const found = decideUnfinished({ sidecar, isActive, hasWork: work.length > 0 });
  if (found === "not_archived") return;
  if (found === "not_committed" && !run.force) {
    // What a person commits now must be the whole change of the books.
    await withQueue(context, { label: "run one", lock: run.lock, runId: context.runId }, (books) => ({ books, result: null }));
    throw new CueLoopError("run.not_committed", {
      message: `${id} (${title}) passed its gate and is archived, but its run was ended before its work was committed:\n${listPaths(work)}`,
      hint: `\`cueloop task diff ${id}\` shows it, \`cueloop gate\` tries it again. Commit it, then start the run again:\n${commitByHand(sidecar.message ?? id, run.publishMode)}`,
      where: { taskId: id },
    });
  }
  if (sidecar.commit !== undefined) await nameUnproven(context, id, sidecar, run.publishMode);
  removeSession(context.runtimeDir);
  removeSidecar(context.runtimeDir);
  await deleteRefsBelow(context, `refs/cueloop/run/${sidecar.run_id}/`);
}

/** The publish mode of a run. */
export function publishModeOf(context: Pick<RunContext, "config">, run: RunSettings): PublishMode {
  return run.publishMode ?? context.config.agent.git_publish_mode;
}

/** A commit whose proof or push the end of its run prevented. */
async function nameUnproven(context: RunContext, id: string, sidecar: Sidecar, publishMode: PublishMode): Promise<void> {
  const { commit, tree } = sidecar;
  if (commit === undefined || tree === undefined) return;
  const isKnown = await treeOf(context, commit).then(
    () => true,
    () => false,
  );
  if (!isKnown) return;
  const isProven = context.gate.argv === null || (await filterTree(context, commit, workExclusions(context))) === tree;
  const push = publishMode === "commit_and_push" ? " What was not pushed goes with the next push, or with `git push`." : "";
  if (isProven && push === "") return;
  const proof = isProven ? "" : " It is not what the gate saw, and the gate did not come to pass on it: `cueloop gate` tries it.";
  context.emit({
    kind: "warning",
    task_id: id,
    message: `The run that made the commit ${commit.slice(0, 12)} for ${id} did not come to its end.${proof}${push}`,
  });
}
