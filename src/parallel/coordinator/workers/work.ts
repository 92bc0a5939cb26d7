import { rmSync } from "node:fs";
import { join, relative } from "node:path";
import { processStart } from "../../../base/identity.ts";
import { within } from "../../../base/within.ts";
import { sumUsage } from "../../../run/usage.ts";
import { readBlockedMarker } from "../../files/blocked-marker.ts";
import { blockedMarkerPath, filesOfTask, workerDirectory, workerLogPath } from "../../files/paths.ts";
import { type ResultFile, readResult } from "../../files/result-file.ts";
import type { FromWorker } from "../../messages.ts";
import type { ParallelRun } from "../../run.ts";
import type { WorkerRecord } from "../../state/record.ts";
import { workerArguments } from "../../worker/arguments.ts";
import type { ParallelOptions } from "../options.ts";
import { leavePlace, type Slot } from "../tasks/slot.ts";
import type { Limits } from "./limits.ts";
import { WorkerProcess } from "./process.ts";

/** What a worker with nothing to do needs to end. */
const LEAVE_MS = 5000;

/** How a worker's process ended, as its files tell. */
export type WorkEnd =
  | { readonly kind: "result"; readonly result: ResultFile }
  /** The phases are finished, the work cannot be brought in. */
  | { readonly kind: "blocked"; readonly reason: string; readonly attempts: number }
  | { readonly kind: "failed"; readonly reason: string };

export interface Ears {
  /** A turn of the agent begins or ended; resolves when the checkout was looked at for that. Never rejects. */
  turn(slot: Slot, active: boolean): Promise<void>;
  /** The worker wants to put its work onto the target's tip; it waits for `go`. */
  want(slot: Slot): void;
  readonly limits: Limits;
  /** Tells every other worker. */
  broadcastLimit(from: Slot, limit: { readonly runner: string; readonly until: string }): void;
}

export interface WorkerWish {
  readonly run: ParallelRun;
  readonly slot: Slot;
  readonly options: ParallelOptions;
  readonly ears: Ears;
}

/** The worker of a task. With its work ready it stays, until it is told to bring that up to date again, or to leave. */
export class Worker {
  readonly #wish: WorkerWish;
  readonly #process: WorkerProcess;
  readonly #gone: Promise<void>;
  #next = Promise.withResolvers<WorkEnd>();
  #isThere = true;

  private constructor(wish: WorkerWish, start: { readonly integrateOnly: boolean; readonly message: string | null }) {
    this.#wish = wish;
    const { run, slot, options, ears } = wish;
    const { context, state } = run;
    const id = slot.task.id.trim();
    const record = state.patch(id, {
      lifecycle: start.integrateOnly ? "integrating" : "running",
      step: start.integrateOnly ? "integrating" : "working",
    });
    const directory = workerDirectory(context.runtimeDir, id);
    const inWorktree = (path: string) => join(record.workspace_path, relative(context.root, path));
    rmSync(filesOfTask(context.runtimeDir, id).result, { force: true });
    this.#process = new WorkerProcess(context, {
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
      hear: (message) => this.#hear(message),
    });
    slot.process = this.#process;
    slot.silentTicks = 0;
    state.patch(id, { pid: this.#process.pid, pid_start: processStart(this.#process.pid) });
    for (const limit of ears.limits.inForce(context.clock.now())) this.#process.send({ kind: "limit", ...limit });
    const { code } = context;
    this.#process.send({
      kind: "start",
      message: start.message,
      code:
        code === null
          ? null
          : { bundle: code.bundle, digest: code.digest, context: { ...code.context, command: [...code.context.command] } },
      settings: slot.hookSettings,
    });
    this.#gone = this.#watch(record);
  }

  /** Starts the process; `next` tells how its work came out. */
  static start(wish: WorkerWish, start: { readonly integrateOnly: boolean; readonly message: string | null }): Worker {
    return new Worker(wish, start);
  }

  /** Resolves with the result, or with what ended the process without one. */
  next(): Promise<WorkEnd> {
    return this.#next.promise;
  }

  /** Has finished work brought up to date once more. False: the worker is gone, another one is needed. */
  integrateAgain(): boolean {
    if (!this.#isThere) return false;
    const { run, slot } = this.#wish;
    this.#next = Promise.withResolvers();
    // What it said holds no longer, should it die now.
    rmSync(filesOfTask(run.context.runtimeDir, slot.task.id).result, { force: true });
    run.state.patch(slot.task.id, { lifecycle: "integrating", step: "integrating" });
    this.#process.send({ kind: "integrate" });
    return true;
  }

  /** Lets the worker end, and waits until it has. */
  async leave(): Promise<void> {
    if (!this.#isThere) return;
    this.#process.send({ kind: "leave" });
    if (await within(this.#wish.run.context.clock, LEAVE_MS, this.#gone)) return;
    this.#process.signal("SIGKILL");
    await this.#gone;
  }

  async #watch(record: WorkerRecord): Promise<void> {
    const { run, slot, ears } = this.#wish;
    const exit = await this.#process.exited;
    this.#isThere = false;
    slot.process = null;
    if (slot.state === "busy") leavePlace(slot);
    void ears.turn(slot, false);
    this.#next.resolve(endOf(record, slot, readResult(filesOfTask(run.context.runtimeDir, slot.task.id).result), exit));
  }

  #hear(message: FromWorker): void {
    const { run, slot, ears } = this.#wish;
    if (message.kind !== "result") {
      hear(run, slot, message, ears);
      return;
    }
    slot.silentTicks = 0;
    const result = readResult(filesOfTask(run.context.runtimeDir, slot.task.id).result);
    if (result !== null && result.token === slot.token && result.outcome === "ready") this.#next.resolve({ kind: "result", result });
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
      if (message.event.kind === "turn_finished") slot.usage = sumUsage(slot.usage, message.event.payload.usage);
      return;
    case "said":
      run.context.log[message.level](`${slot.task.id}: ${message.text}`);
      return;
    case "turn":
      void ears.turn(slot, message.active);
      return;
    case "want":
      ears.want(slot);
      return;
    case "yield":
      leavePlace(slot);
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
