import { CueLoopError } from "../base/errors.ts";
import { compact } from "../base/shape.ts";
import type { ParallelOptions } from "../parallel/coordinator/options.ts";
import type { RunContext } from "../run/context.ts";
import { waitSettings } from "../run/wait/settings.ts";
import type { ApiHost } from "./host.ts";
import { type LoopRunOutcome, loopOutcome, parallelOutcome, type TaskRunOutcome } from "./outcome.ts";
import { type Run, startRun } from "./run.ts";
import { conflict, RunLoopOptions, RunTaskOptions, readOptions, settingsOf } from "./run-options.ts";

/** Works one task in this process, as `cueloop run one --id ID` does. Nobody is ever asked anything. */
export function runTask(host: ApiHost, id: string, options?: RunTaskOptions): Run<TaskRunOutcome> {
  const given = readOptions(RunTaskOptions, "runTask()", options);
  if (typeof id !== "string" || id.trim() === "") {
    throw new CueLoopError("api.options", {
      message: "runTask() needs the id of a task.",
      hint: "`queue.next()` gives the task that would be taken.",
    });
  }
  const { dir, profile, signal, resume, message, debug = false } = given;
  return startRun(host, { mode: "one", dir, profile, signal, debug }, async (context) => {
    const { runOne } = await import("../run/supervisor.ts");
    return runOne(context, { ...settingsOf(given), id, ...compact({ resume, message }) });
  });
}

/** Works the queue in this process, as `cueloop run loop` does. Nobody is ever asked anything. */
export function runLoop(host: ApiHost, options?: RunLoopOptions): Run<LoopRunOutcome> {
  const given = readOptions(RunLoopOptions, "runLoop()", options);
  const { dir, profile, signal, resume, debug = false, maxTasks = 0, keepGoing = false, parallel, target } = given;
  const settings = { ...settingsOf(given), keepGoing, maxTasks };
  const start = { mode: "loop", dir, profile, signal, debug } as const;
  if (parallel !== undefined) {
    if (given.waitWhenBlocked === true) throw conflict("runLoop()", "parallel", "waitWhenBlocked");
    if (given.waitWhenEmpty === true) throw conflict("runLoop()", "parallel", "waitWhenEmpty");
    const workers = { ...settings, workers: parallel, target: target ?? null, profile: profile ?? null, debug };
    return startRun(host, start, async (context) => parallelOutcome(await inParallel(context, workers)));
  }
  if (target !== undefined) {
    throw new CueLoopError("api.options", {
      message: "runLoop(): `target` needs `parallel`: without workers the results go to the branch that is checked out.",
    });
  }
  const choice = compact({
    whenBlocked: given.waitWhenBlocked,
    whenEmpty: given.waitWhenEmpty,
    pollMs: given.waitPollMs,
    emptyPollMs: given.emptyPollMs,
    timeoutSeconds: given.waitTimeoutSeconds,
  });
  return startRun(host, start, async (context) => {
    const loop = await import("../run/loop.ts");
    return loopOutcome(
      await loop.runLoop(context, { ...settings, ...compact({ resume }), wait: waitSettings(choice, context.config.loop) }),
    );
  });
}

async function inParallel(context: RunContext, options: ParallelOptions) {
  const { runParallel } = await import("../parallel/coordinator/run-parallel.ts");
  return runParallel(context, options);
}
