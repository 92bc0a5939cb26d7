import { formatTimestamp } from "../../base/clock.ts";
import { CueLoopError, isCueLoopError } from "../../base/errors.ts";
import type { RepoContext } from "../../config/context.ts";
import { acquireQueueLock, readLockState } from "../../queue/store/lock.ts";
import { refuseNewer } from "../state/open.ts";
import { readState } from "../state/read.ts";
import type { StateFile, WorkerRecord } from "../state/record.ts";
import { type RetryWish, withRetry } from "../state/retry.ts";
import { consumeRetryRequest, writeRetryRequest } from "../state/retry-request.ts";
import { StateStore, statePath } from "../state/store.ts";

export interface RetryWanted extends RetryWish {
  readonly taskId: string;
}

/** `saved`: the state file has the wish; `told`: the coordinator that holds the queue lock finds it in a file. */
export type RetryEnd = { readonly kind: "saved" } | { readonly kind: "told"; readonly pid: number };

/**
 * Makes a blocked or failed task eligible again; nothing is started. Errors: `parallel.no_state`,
 * `parallel.no_record`, `parallel.state_unreadable`, `parallel.state_newer`, those of `withRetry`, `queue.lock_held`.
 */
export function requestRetry(context: RepoContext, wanted: RetryWanted): RetryEnd {
  withRetry(recordOf(context, wanted.taskId).record, wanted);
  try {
    using _ = acquireQueueLock(context, "run parallel retry");
    const { state, record } = recordOf(context, wanted.taskId);
    new StateStore(context.runtimeDir, state).upsert(withRetry(record, wanted));
    consumeRetryRequest(context, wanted.taskId);
    return { kind: "saved" };
  } catch (error) {
    const pid = isCueLoopError(error, "queue.lock_held") ? coordinatorPid(context) : null;
    if (pid === null) throw error;
    const { taskId, restart, message } = wanted;
    writeRetryRequest(context, { version: 1, task_id: taskId, restart, message, requested_at: formatTimestamp(context.clock.now()) });
    return { kind: "told", pid };
  }
}

/** Pid of the loop that holds the queue lock; null when none does. */
function coordinatorPid(context: RepoContext): number | null {
  const { kind, owner } = readLockState(context);
  return kind === "held" && owner?.owner.label === "run loop" ? owner.owner.pid : null;
}

function recordOf(context: RepoContext, taskId: string): { readonly state: StateFile; readonly record: WorkerRecord } {
  const file = statePath(context.runtimeDir);
  const found = readState(context);
  refuseNewer(context, found);
  if (found.kind === "none") throw noState(file);
  if (found.kind !== "state") {
    throw new CueLoopError("parallel.state_unreadable", {
      message: `The state of the parallel workers cannot be read${found.kind === "corrupt" ? `: ${found.reason}` : "."}`,
      hint: "Start a loop with `cueloop run loop --parallel`: it makes a new state of what the worktrees tell.",
      where: { file },
    });
  }
  const record = found.state.workers.find(({ task_id }) => task_id === taskId);
  if (record === undefined) throw noRecord(found.state, taskId, file);
  return { state: found.state, record };
}

function noState(file: string): CueLoopError {
  return new CueLoopError("parallel.no_state", {
    message: "There is no state of parallel workers, so there is nothing to retry.",
    hint: "Start a loop with `cueloop run loop --parallel` first.",
    where: { file },
  });
}

function noRecord({ workers }: StateFile, taskId: string, file: string): CueLoopError {
  const ids = workers.map(({ task_id }) => task_id);
  return new CueLoopError("parallel.no_record", {
    message: `${taskId} is not among the workers${ids.length === 0 ? ": there are none" : ` (${ids.join(", ")})`}.`,
    hint: "`cueloop run parallel status` lists them. A task without a record is taken by the next loop like any other.",
    where: { file, taskId },
  });
}
