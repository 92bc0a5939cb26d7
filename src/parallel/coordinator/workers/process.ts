import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import * as v from "valibot";
import { childEnvironment } from "../../../base/env.ts";
import { messageOf } from "../../../base/errors.ts";
import { signalGroup } from "../../../base/process.ts";
import { within } from "../../../base/within.ts";
import { LOCAL_GIT_VARIABLES } from "../../../git/run.ts";
import type { RunContext } from "../../../run/context.ts";
import { FromWorker, type ToWorker } from "../../messages.ts";

export interface WorkerStart {
  readonly taskId: string;
  /** Arguments after the program's name. */
  readonly argv: readonly string[];
  /** The worktree. */
  readonly cwd: string;
  readonly token: string;
  /** Everything the process prints is appended here. */
  readonly logPath: string;
  hear(message: FromWorker): void;
}

export interface WorkerExit {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
}

/** Time for the last messages of a worker that has ended. */
const LAST_WORDS_MS = 1000;

/** A worker: this very program in a worktree, in a process group of its own. */
export class WorkerProcess {
  readonly pid: number;
  /** Resolves when the process is gone and every message of it was heard. */
  readonly exited: Promise<WorkerExit>;
  readonly #child: Bun.Subprocess<"pipe", number, number>;
  readonly #context: RunContext;

  constructor(context: RunContext, start: WorkerStart) {
    this.#context = context;
    const closed = Promise.withResolvers<void>();
    mkdirSync(dirname(start.logPath), { recursive: true });
    const log = openSync(start.logPath, "a", 0o600);
    try {
      this.#child = Bun.spawn([context.executable, ...start.argv], {
        cwd: start.cwd,
        env: environment(context, start),
        // Held open and never written to: its end tells the worker that nobody coordinates any more.
        stdin: "pipe",
        stdout: log,
        stderr: log,
        detached: true,
        serialization: "json",
        ipc: (message: unknown) => {
          const parsed = v.safeParse(FromWorker, message);
          if (parsed.success) heard(context, start, parsed.output);
          else context.log.debug(`${start.taskId}: a message of the worker was not understood: ${parsed.issues[0].message}`);
        },
        onDisconnect: () => closed.resolve(),
      });
    } finally {
      closeSync(log);
    }
    this.pid = this.#child.pid;
    context.groups.add(this.pid);
    context.processes.add(this.pid, "worker", start.taskId);
    this.exited = this.#wait(closed.promise);
  }

  /** Says something to the worker; one that has gone away hears nothing. */
  send(message: ToWorker): void {
    try {
      this.#child.send(message);
    } catch (error) {
      this.#context.log.debug(`The worker (pid ${this.pid}) was not told \`${message.kind}\`: ${String(error)}`);
    }
  }

  /** Sends a signal to the worker's whole group. */
  signal(name: "SIGINT" | "SIGKILL"): void {
    signalGroup(this.pid, name);
  }

  async #wait(closed: Promise<void>): Promise<WorkerExit> {
    await this.#child.exited;
    await within(this.#context.clock, LAST_WORDS_MS, closed);
    // What the worker left in its group has nobody to work for.
    this.signal("SIGKILL");
    this.#context.groups.remove(this.pid);
    this.#forget();
    const { exitCode, signalCode } = this.#child;
    return { code: signalCode === null ? exitCode : null, signal: signalCode === null ? null : String(signalCode) };
  }

  /** One that cannot be taken from the list, as on a full disk, is found dead by whoever reads that. */
  #forget(): void {
    try {
      this.#context.processes.remove(this.pid);
    } catch (error) {
      this.#context.log.warn(`The list of processes still names a worker that has ended (pid ${this.pid}): ${messageOf(error)}`);
    }
  }
}

/** Nothing waits for a message that cannot be acted on, as on a full disk: the worker's files say the same. */
function heard(context: RunContext, start: WorkerStart, message: FromWorker): void {
  try {
    start.hear(message);
  } catch (error) {
    context.log.warn(`${start.taskId}: what its worker said (${message.kind}) was not noted: ${messageOf(error)}`);
  }
}

function environment(context: RunContext, start: WorkerStart): Record<string, string> {
  const env = childEnvironment(context.env, { PWD: start.cwd, CUELOOP_WORKER_TOKEN: start.token });
  for (const name of LOCAL_GIT_VARIABLES) delete env[name];
  return env;
}
