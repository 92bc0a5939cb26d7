import { CueLoopError } from "../../base/errors.ts";
import { shellWord } from "../../base/shell.ts";
import type { RepoContext } from "../../config/context.ts";
import { isWorkerAlive } from "./liveness.ts";
import type { WorkerRecord } from "./record.ts";
import { consumeRetryRequest, type RetryRequest, readRetryRequests } from "./retry-request.ts";
import type { StateStore } from "./store.ts";
import { isUnderWay } from "./waiting.ts";

export type RetryWish = Pick<RetryRequest, "restart" | "message">;

/**
 * The record of a blocked or failed task with the wish that the next loop takes it up again; a wish that still
 * waits is replaced. For the older program it says `running`. Errors: `parallel.nothing_to_retry`, `parallel.held`, `parallel.under_way`.
 */
export function withRetry(record: WorkerRecord, { restart, message }: RetryWish): WorkerRecord {
  if (record.lifecycle === "completed") throw record.integration === "held" ? held(record) : nothingToRetry(record);
  if (isUnderWay(record)) throw underWay(record);
  const { last_error: _, awaits_retry: __, ...kept } = record;
  return { ...kept, lifecycle: "running", retry_requested: true, retry_restart: restart ? true : null, retry_message: message };
}

/** What a person asked for while the coordinator held the lock, taken into its state. Returns the tasks to take up again. */
export function takeRetryRequests(context: Pick<RepoContext, "runtimeDir" | "log">, store: StateStore): readonly string[] {
  return readRetryRequests(context).flatMap((request) => {
    const { task_id: id } = request;
    const record = store.find(id);
    let taken = false;
    try {
      if (record === null) context.log.warn(`The retry of ${id} that was asked for is dropped: it has no record any more.`);
      else taken = store.upsert(withRetry(record, request)).retry_requested === true;
    } catch (error) {
      if (!(error instanceof CueLoopError) || !error.code.startsWith("parallel.")) throw error;
      context.log.warn(`The retry of ${id} that was asked for is dropped: ${error.message}`);
    }
    consumeRetryRequest(context, id);
    return taken ? [id] : [];
  });
}

function nothingToRetry({ task_id: taskId }: WorkerRecord): CueLoopError {
  return new CueLoopError("parallel.nothing_to_retry", {
    message: `${taskId} is completed; there is nothing to retry.`,
    hint: "`cueloop run parallel status` lists the workers.",
    where: { taskId },
  });
}

function held({ task_id: taskId, branch }: WorkerRecord): CueLoopError {
  const name = branch ?? `cueloop/${taskId}`;
  return new CueLoopError("parallel.held", {
    message: `${taskId} is completed, and its result is held on the branch ${name}; there is nothing to retry.`,
    hint: `\`git merge ${shellWord(name)}\` brings it in. Delete the branch to have the task worked anew.`,
    where: { taskId },
  });
}

function underWay(record: WorkerRecord): CueLoopError {
  const { task_id: taskId, lifecycle } = record;
  return new CueLoopError("parallel.under_way", {
    message: `${taskId} is ${lifecycle}; only a blocked or failed task can be retried.`,
    hint: !isWorkerAlive(record)
      ? "Its process cannot be seen: when no loop runs, the next one with parallel workers takes care of it."
      : "Wait for it: `cueloop run parallel status` shows where it stands.",
    where: { taskId },
  });
}
