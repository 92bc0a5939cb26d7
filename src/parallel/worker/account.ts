import { formatTimestamp } from "../../base/clock.ts";
import { processStart } from "../../base/identity.ts";
import type { RunContext } from "../../run/context.ts";
import type { RunEvent } from "../../run/events.ts";
import { workerFiles } from "../files/paths.ts";
import type { AgentSession } from "../files/result-file.ts";
import { readWorkerFile, type WorkerFile, writeWorkerFile } from "../files/worker-file.ts";
import type { FromWorker } from "../messages.ts";

/** What tells the coordinator something; the files are written before. */
export type Send = (message: FromWorker) => void;

/** `worker.json`: where this worker stands, kept up to date. */
export class Account {
  readonly #path: string;
  readonly #clock: RunContext["clock"];
  readonly #send: Send;
  #file: WorkerFile;

  constructor(
    context: Pick<RunContext, "clock">,
    options: { readonly directory: string; readonly taskId: string; readonly token: string; readonly send: Send },
  ) {
    this.#path = workerFiles(options.directory).worker;
    this.#clock = context.clock;
    this.#send = options.send;
    const earlier = readWorkerFile(this.#path);
    // Another token is another attempt at the task: its turns and its session are not ours.
    const kept = earlier?.token === options.token ? earlier : null;
    this.#file = {
      version: 1,
      task_id: options.taskId,
      token: options.token,
      pid: process.pid,
      pid_start: processStart(process.pid),
      step: "phases",
      attempt: kept?.attempt ?? 0,
      turns: kept?.turns ?? 0,
      session: kept?.session ?? null,
      finished: kept?.finished ?? false,
      updated_at: "",
    };
  }

  get attempt(): number {
    return this.#file.attempt;
  }

  get turns(): number {
    return this.#file.turns;
  }

  get session(): AgentSession | null {
    return this.#file.session;
  }

  /** Records the step, then announces it. */
  enter(step: WorkerFile["step"]): void {
    this.#update({ step, ...(step === "integrating" ? { finished: true } : {}) });
    this.#send({ kind: "step", step });
  }

  /** One more attempt at bringing the work in; returns its number, over all starts of the worker. */
  beginAttempt(): number {
    this.#update({ attempt: this.#file.attempt + 1 });
    return this.#file.attempt;
  }

  /** Notes what an event tells about turns; `session` is the agent's as it is saved by then. */
  observe(event: RunEvent, session: AgentSession | null): void {
    if (event.kind === "turn_started") {
      this.#update({ turns: event.payload.turn });
      this.#send({ kind: "turn", active: true });
    } else if (event.kind === "turn_finished") {
      this.#update({ session });
      this.#send({ kind: "turn", active: false });
    } else if (event.kind === "agent_event" && event.payload.type === "session" && session !== null) {
      this.#update({ session });
    }
  }

  #update(change: Partial<WorkerFile>): void {
    this.#file = { ...this.#file, ...change, updated_at: formatTimestamp(this.#clock.now()) };
    writeWorkerFile(this.#path, this.#file);
  }
}
