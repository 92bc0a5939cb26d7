import { definitions } from "../runtime/load/definitions.ts";
import type { Queue } from "../runtime/queue/queue.ts";
import type { ApiHost } from "./host.ts";
import { type OpenQueueOptions, openQueue } from "./open-queue.ts";
import type { LoopRunOutcome, TaskRunOutcome } from "./outcome.ts";
import type { Run } from "./run.ts";
import type { RunLoopOptions, RunTaskOptions } from "./run-options.ts";
import { runLoop, runTask } from "./run-task.ts";

/** What a program does with the queue and with runs. */
export interface Actions {
  openQueue(options?: OpenQueueOptions): Queue;
  runTask(id: string, options?: RunTaskOptions): Run<TaskRunOutcome>;
  runLoop(options?: RunLoopOptions): Run<LoopRunOutcome>;
}

/** The module `cueloop` as user code finds it. */
export function cueloopModule(host: ApiHost): typeof definitions & Actions {
  return {
    ...definitions,
    openQueue: (options) => openQueue(host, options),
    runTask: (id, options) => runTask(host, id, options),
    runLoop: (options) => runLoop(host, options),
  };
}
