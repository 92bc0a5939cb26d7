import { rmSync } from "node:fs";
import { join, relative } from "node:path";
import { processStart } from "../../base/identity.ts";
import { readBlockedMarker } from "../files/blocked-marker.ts";
import { blockedMarkerPath, workerDirectory, workerFiles, workerLogPath } from "../files/paths.ts";
import { type ResultFile, readResult } from "../files/result-file.ts";
import type { FromWorker } from "../messages.ts";
import type { ParallelRun } from "../run.ts";
import type { WorkerRecord } from "../state/record.ts";
import { workerArguments } from "../worker/arguments.ts";
import type { Limits } from "./limits.ts";
import type { ParallelOptions } from "./options.ts";
import { WorkerProcess } from "./process.ts";
import type { Slot } from "./slot.ts";

/** How a worker's process ended, as its files tell. */
export type WorkEnd =
  | { readonly kind: "result"; readonly result: ResultFile }
  /** The phases are finished, the work cannot be brought in. */
  | { readonly kind: "blocked"; readonly reason: string; readonly attempts: number }
  | { readonly kind: "failed"; readonly reason: string };

export interface Ears {
  /** A turn of the agent begins or ended. */
  turn(slot: Slot, active: boolean): void;
  readonly limits: Limits;
  /** Tells every other worker. */
  broadcastLimit(from: Slot, limit: { readonly runner: string; readonly until: string }): void;
}

/** Starts a worker for the task and waits for its end. */
export async function work(
  run: ParallelRun,
  slot: Slot,
  options: ParallelOptions,
  ears: Ears,
  start: { readonly integrateOnly: boolean; readonly message: string | null },
): Promise<WorkEnd> {
  const { context, state } = run;
  const id = slot.task.id.trim();
  const record = state.patch(id, {
    lifecycle: start.integrateOnly ? "integrating" : "running",
    step: start.integrateOnly ? "integrating" : "working",
  });
  const directory = workerDirectory(context.runtimeDir, id);
  const inWorktree = (path: string) => join(record.workspace_path, relative(context.root, path));
  rmSync(workerFiles(directory).result, { force: true });
  const process = new WorkerProcess(context, {
    taskId: id,
    argv: workerArguments(options, {
      taskId: id,
      queuePath: inWorktree(context.queuePath),
      donePath: inWorktree(context.donePath),
      target: run.target.branch,
      coordinatorRoot: context.root,
      workerDir: directory,
      integrateOnly: start.integrateOnly,
    }),
    cwd: record.workspace_path,
    token: slot.token,
    logPath: workerLogPath(context.runtimeDir, id),
    hear: (message) => hear(run, slot, message, ears),
  });
  slot.process = process;
  slot.silentTicks = 0;
  state.patch(id, { pid: process.pid, pid_start: processStart(process.pid) });
  for (const limit of ears.limits.inForce(context.clock.now())) process.send({ kind: "limit", ...limit });
  process.send({ kind: "start", message: start.message });
  try {
    const exit = await process.exited;
    return endOf(record, slot, readResult(workerFiles(directory).result), exit);
  } finally {
    slot.process = null;
    ears.turn(slot, false);
  }
}

function hear(run: ParallelRun, slot: Slot, message: FromWorker, ears: Ears): void {
  slot.silentTicks = 0;
  switch (message.kind) {
    case "heartbeat":
    case "result":
      return;
    case "event":
      run.context.emit(message.event);
      return;
    case "turn":
      ears.turn(slot, message.active);
      return;
    case "limit":
      if (!ears.limits.note(message.runner, message.until)) return;
      run.state.replace({ ...run.state.state, limits: ears.limits.inForce(run.context.clock.now()) });
      ears.broadcastLimit(slot, message);
      return;
    case "step": {
      if (message.step !== "integrating") return;
      const record = run.state.patch(slot.task.id, { lifecycle: "integrating", step: "integrating" });
      run.context.emit({
        kind: "worker_state",
        task_id: slot.task.id,
        message: `${slot.task.id}: the work is done; it is brought up to date with ${run.target.branch} and held against the gate.`,
        payload: { state: "integrating", branch: record.branch ?? null, path: record.workspace_path },
      });
      return;
    }
  }
}

function endOf(
  record: WorkerRecord,
  slot: Slot,
  result: ResultFile | null,
  exit: { readonly code: number | null; readonly signal: string | null },
): WorkEnd {
  const own = result !== null && result.token === slot.token ? result : null;
  if (own !== null && (own.outcome === "ready" || own.outcome === "rejected")) return { kind: "result", result: own };
  const marker = readBlockedMarker(blockedMarkerPath(join(record.workspace_path, ".cueloop")));
  if (own?.outcome === "blocked" || (own === null && marker !== null)) {
    return {
      kind: "blocked",
      reason: own?.reason ?? marker?.reason ?? "the worker did not say why",
      attempts: marker?.attempt ?? own?.attempts ?? 0,
    };
  }
  const how = exit.signal === null ? `with exit ${exit.code ?? "unknown"}` : `by ${exit.signal}`;
  return { kind: "failed", reason: own?.reason ?? `The worker ended ${how} before the work was finished.` };
}
