import { safeParse } from "valibot";
import { CueLoopError } from "../../base/errors.ts";
import { createRedactor } from "../../base/redact.ts";
import { within } from "../../base/within.ts";
import { type FromWorker, type SentCode, ToWorker } from "../../parallel/messages.ts";
import type { WorkerPlace } from "../../parallel/worker/arguments.ts";
import { readWorkerInputs, workerRepo } from "../../parallel/worker/inputs.ts";
import { UsageLimits } from "../../parallel/worker/limits.ts";
import { runWorker } from "../../parallel/worker/worker.ts";
import { openRun } from "../../run/open.ts";
import type { RunSettings } from "../../run/options.ts";
import { workerGitMark } from "../../run/processes/marked.ts";
import type { ExitCode } from "../frame/base.ts";
import type { Session } from "../frame/session.ts";

const HEARTBEAT_MS = 5000;
/** Patience with a coordinator that does not listen. */
const LAST_WORDS_MS = 10_000;
/** Exit code of a worker that nobody coordinates any more. */
const ABANDONED = 75;
/** For the worker alone: its agent could pose as the worker with them. */
const PRIVATE = ["CUELOOP_WORKER_TOKEN", "NODE_CHANNEL_FD", "NODE_CHANNEL_SERIALIZATION_MODE"];

/** Works one task as a coordinator's worker. Errors: `parallel.no_coordinator`, `parallel.worker_inputs`. */
export async function workAsWorker(session: Session, place: WorkerPlace, run: RunSettings, debug: boolean): Promise<ExitCode> {
  const token = session.context.env["CUELOOP_WORKER_TOKEN"] ?? "";
  if (token === "" || process.send === undefined) {
    throw new CueLoopError("parallel.no_coordinator", {
      message: "--parallel-worker is how a parallel run starts its own workers; nobody coordinates this one.",
      hint: "`cueloop run loop --parallel` works tasks in parallel, `cueloop run one` works one here.",
    });
  }
  const inputs = readWorkerInputs(place.workerDir, place.taskId);
  const env = Object.fromEntries(Object.entries(session.context.env).filter(([name]) => !PRIVATE.includes(name)));
  const repo = workerRepo({ ...session.context, env, redact: createRedactor(env) }, inputs, { ...place, root: session.context.cwd });
  const taskId = inputs.task.id.trim();
  const limits = new UsageLimits(run.limitWaitHours);
  const channel = new Channel(session, limits);
  try {
    const start = await channel.started;
    if (start === null) return ABANDONED;
    session.ranUserCode = start.code !== null;
    const coded = start.code === null ? null : await codeOf(session, start.code, channel);
    await using opened = openRun(
      { ...repo, code: coded?.code ?? null },
      {
        mode: "one",
        debug,
        executable: process.execPath,
        observers: [],
        runId: inputs.settings.runId,
        keepsLog: false,
        gitMark: workerGitMark(inputs.settings.runId, taskId),
        questions: { ask: null, why: "worker" },
        ...(coded === null ? {} : { hooks: coded.hooks }),
      },
    );
    channel.onSecondStop(() => opened.context.groups.killAll("SIGKILL"));
    return await runWorker(opened.context, {
      inputs,
      run,
      token,
      directory: place.workerDir,
      target: place.target,
      integrateOnly: place.integrateOnly,
      message: start.message,
      hookSettings: start.settings,
      limits,
      send: (message) => channel.send(message),
      awaitTurn: () => channel.awaitTurn(),
      afterReady: () => channel.afterReady(),
    });
  } finally {
    await channel.close();
  }
}

/** What is loaded only where there is code: the code itself and its hooks, whose words the coordinator passes on. */
async function codeOf(session: Session, sent: SentCode, channel: Channel) {
  const { evaluateSent, toldLog } = await import("./worker-code.ts");
  const { workerHooks } = await import("../../runtime/hooks/user-hooks.ts");
  const log = toldLog(session.context.log, (level, text) => channel.send({ kind: "said", level, text: session.context.redact(text) }));
  const code = await evaluateSent(session, log, sent);
  return { code, hooks: (host: Parameters<typeof workerHooks>[0]) => workerHooks({ ...host, log }) };
}

type Start = Extract<ToWorker, { kind: "start" }>;

/** The channel to the coordinator; when it ends, however, so does the work. */
class Channel {
  /** What the coordinator says first; null when it went away instead. */
  readonly started: Promise<Start | null>;
  readonly #session: Session;
  readonly #limits: UsageLimits;
  readonly #resolve: (start: Start | null) => void;
  readonly #heartbeat: Timer;
  #go = Promise.withResolvers<void>();
  #next = Promise.withResolvers<"integrate" | "leave">();
  #last: Promise<void> = Promise.resolve();
  #kill: () => void = () => {};
  #isClosed = false;

  constructor(session: Session, limits: UsageLimits) {
    this.#session = session;
    this.#limits = limits;
    const start = Promise.withResolvers<Start | null>();
    this.started = start.promise;
    this.#resolve = start.resolve;
    process.on("message", this.#hear);
    process.on("disconnect", this.#end);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, this.#stop);
    // The pipe is never written to: its end is all there is to read.
    process.stdin.on("end", this.#end);
    process.stdin.on("close", this.#end);
    process.stdin.on("error", this.#end);
    process.stdin.resume();
    this.#heartbeat = setInterval(() => this.send({ kind: "heartbeat" }), HEARTBEAT_MS);
  }

  /** What ends at once whatever the first request to stop did not. */
  onSecondStop(kill: () => void): void {
    this.#kill = kill;
  }

  /** Messages arrive in the order they are sent; nobody listening is no error, the files say the same. */
  send(message: FromWorker): void {
    if (this.#isClosed || !process.connected) return;
    this.#last = new Promise((resolve) => {
      try {
        // Without options Bun calls nobody back.
        process.send?.(message, undefined, {}, () => resolve());
      } catch {
        resolve();
      }
    });
  }

  /** Waits until no other worker's result is on its way to the target. */
  async awaitTurn(): Promise<void> {
    if (!process.connected || this.#session.interrupt.signal.aborted) return;
    this.#go = Promise.withResolvers();
    this.send({ kind: "want" });
    await this.#go.promise;
  }

  /** What is wanted of a worker whose work is ready; without a coordinator nothing is. */
  async afterReady(): Promise<"integrate" | "leave"> {
    if (!process.connected) return "leave";
    const next = await this.#next.promise;
    this.#next = Promise.withResolvers();
    return next;
  }

  /** Waits for the last message to be on its way and lets the process end. */
  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    // What is not on its way when the channel closes is lost.
    await within(this.#session.context.clock, LAST_WORDS_MS, this.#last);
    this.#isClosed = true;
    if (process.connected) process.disconnect?.();
    process.stdin.destroy();
    process.off("message", this.#hear);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(signal, this.#stop);
  }

  readonly #hear = (raw: unknown): void => {
    const { success, output: message } = safeParse(ToWorker, raw);
    if (!success) return;
    switch (message.kind) {
      case "start":
        this.#resolve(message);
        return;
      case "limit":
        this.#limits.note(message.runner, message.until);
        return;
      case "go":
        this.#go.resolve();
        return;
      case "integrate":
      case "leave":
        this.#next.resolve(message.kind);
        return;
      case "stop":
        this.#stop();
        return;
    }
  };

  readonly #end = (): void => {
    if (!this.#isClosed) this.#interrupt();
  };

  readonly #stop = (): void => {
    if (this.#session.interrupt.signal.aborted) this.#kill();
    else this.#interrupt();
  };

  #interrupt(): void {
    this.#resolve(null);
    this.#go.resolve();
    this.#next.resolve("leave");
    this.#session.interrupt.abort();
  }
}
