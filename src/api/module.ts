import { definitions } from "../runtime/load/definitions.ts";
import type { Functions } from "./declared.ts";
import type { ApiHost } from "./host.ts";
import { openQueue } from "./open-queue.ts";
import { runLoop, runTask } from "./run-task.ts";

/** The module `cueloop` as user code finds it. */
export function cueloopModule(host: ApiHost): Functions & typeof definitions {
  return {
    ...definitions,
    openQueue: (options) => openQueue(host, options),
    runTask: (id, options) => runTask(host, id, options),
    runLoop: (options) => runLoop(host, options),
  };
}
