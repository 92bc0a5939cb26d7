import { endGroup } from "../../base/process.ts";
import { endWorkerProcesses } from "../../run/processes/marked.ts";
import { filesOfTask } from "../files/paths.ts";
import { readWorkerFile } from "../files/worker-file.ts";
import type { ParallelRun } from "../run.ts";
import { isWorkerAlive } from "../state/liveness.ts";
import { isTerminal, type WorkerRecord } from "../state/record.ts";

/** A worker whose coordinator is gone sees that and stops by itself within this time. */
const OWN_END_MS = 5_000;
const LOOK_EVERY_MS = 100;

type Named = Pick<WorkerRecord, "pid" | "pid_start">;

/** Waits for workers without a coordinator, ends those that do not end by themselves, and then what they left running. */
export async function endLeftWorkers({ context, state }: ParallelRun): Promise<void> {
  const left = state.records.filter((record) => !isTerminal(record));
  const named = left.flatMap((record) => processesOf(context.runtimeDir, record));
  const until = context.clock.monotonicMs() + OWN_END_MS;
  while (context.clock.monotonicMs() < until && named.some(isWorkerAlive)) await context.clock.sleep(LOOK_EVERY_MS, context.signal);
  for (const one of named) if (isWorkerAlive(one) && typeof one.pid === "number") await endGroup(context.clock, one.pid);
  for (const { run_id: runId, task_id: taskId } of left) {
    if (typeof runId === "string") await endWorkerProcesses(context.clock, runId, taskId);
  }
}

/** The process that the record names, and the one that the worker's own account names: the coordinator may have had no time to note it. */
function processesOf(runtimeDir: string, record: WorkerRecord): Named[] {
  const account = readWorkerFile(filesOfTask(runtimeDir, record.task_id).worker);
  const own = account !== null && account.token === record.token && account.pid !== record.pid ? [account] : [];
  return [record, ...own];
}
