import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { systemClock } from "../../src/base/clock.ts";
import { createRedactor } from "../../src/base/redact.ts";
import { loadRepo } from "../../src/config/resolve.ts";
import { type BlockedMarker, readBlockedMarker } from "../../src/parallel/files/blocked-marker.ts";
import { blockedMarkerPath, workerDirectory, workerFiles } from "../../src/parallel/files/paths.ts";
import { type ResultFile, readResult } from "../../src/parallel/files/result-file.ts";
import { readWorkerFile, type WorkerFile } from "../../src/parallel/files/worker-file.ts";
import { FromWorker, type ToWorker } from "../../src/parallel/messages.ts";
import { workerArguments } from "../../src/parallel/worker/arguments.ts";
import { writeWorkerInputs } from "../../src/parallel/worker/inputs.ts";
import { TaskRecord } from "../../src/queue/task.ts";
import type { RunEvent } from "../../src/run/events.ts";
import type { RunSettings } from "../../src/run/options.ts";
import { executable, type Repository } from "./repository.ts";
import { NOTHING_TYPED } from "./run-settings.ts";

const ID = "RQ-0001";
export const TOKEN = "token-1";

/** Plays the coordinator for one task: a real worktree, and workers that are the executable under test. */
export class Coordinated {
  readonly repository: Repository;
  readonly path: string;
  readonly directory: string;
  readonly base: string;
  readonly #record: Record<string, unknown>;
  /** Workers end what carries their run and task: another test's must not be found. */
  readonly #runId = Bun.randomUUIDv7();
  readonly #seeded: readonly string[];

  private constructor(repository: Repository, record: Record<string, unknown>, seeded: readonly string[]) {
    this.repository = repository;
    this.#record = record;
    this.#seeded = seeded;
    this.path = join(repository.base, "work", ID);
    this.directory = workerDirectory(join(repository.root, ".cueloop"), ID);
    this.base = repository.git("rev-parse", "main").trim();
  }

  /** Makes the worktree at the tip of `main` and writes what the worker reads. `seed`: files it gets besides the tracked ones. */
  static async open(
    repository: Repository,
    record: Record<string, unknown>,
    options: { readonly seed?: Readonly<Record<string, string>>; readonly copyBooks?: boolean } = {},
  ): Promise<Coordinated> {
    const seeded = Object.keys(options.seed ?? {});
    const made = new Coordinated(repository, record, seeded);
    mkdirSync(join(repository.base, "work"), { recursive: true });
    mkdirSync(made.directory, { recursive: true });
    repository.git("worktree", "add", "--quiet", "--lock", "--no-track", "-b", `cueloop/${ID}`, made.path, made.base);
    for (const [name, text] of Object.entries(options.seed ?? {})) writeFileSync(join(made.path, name), text);
    if (options.copyBooks === true) {
      mkdirSync(join(made.path, ".cueloop"), { recursive: true });
      for (const name of ["queue.jsonc", "done.jsonc"]) {
        const from = repository.path(`.cueloop/${name}`);
        if (existsSync(from)) copyFileSync(from, join(made.path, ".cueloop", name));
      }
    }
    await made.writeInputs();
    return made;
  }

  async writeInputs(remote: { readonly name: string; readonly branch: string } | null = null): Promise<void> {
    const { env, root } = this.repository;
    const silent = { error() {}, warn() {}, info() {}, debug() {} };
    const signal = new AbortController().signal;
    const context = { env, cwd: root, clock: systemClock(), log: silent, signal, redact: createRedactor(env) };
    const repo = await loadRepo(context, { kind: "execute", insideRun: null });
    const settings = { runId: this.#runId, branch: `cueloop/${ID}`, seeded: [...this.#seeded], remote };
    writeWorkerInputs(this.directory, { task: v.parse(TaskRecord, this.#record), repo, base: this.base, settings });
  }

  /** Starts a worker as the coordinator does. */
  start(
    options: {
      readonly integrateOnly?: boolean;
      readonly message?: string;
      /** Says nothing to it, not even that it may begin. */
      readonly silent?: boolean;
      readonly run?: Partial<RunSettings>;
      readonly first?: readonly ToWorker[];
      readonly env?: Readonly<Record<string, string>>;
    } = {},
  ): WorkerUnderTest {
    rmSync(workerFiles(this.directory).result, { force: true });
    const argv = workerArguments(
      { ...NOTHING_TYPED, ...options.run },
      {
        taskId: ID,
        queuePath: join(this.path, ".cueloop/queue.jsonc"),
        donePath: join(this.path, ".cueloop/done.jsonc"),
        target: "main",
        coordinatorRoot: this.repository.root,
        workerDir: this.directory,
        integrateOnly: options.integrateOnly ?? false,
      },
    );
    const worker = new WorkerUnderTest(argv, this.path, { ...this.repository.env, CUELOOP_WORKER_TOKEN: TOKEN, ...options.env });
    for (const message of options.first ?? []) worker.send(message);
    if (options.silent !== true) worker.send({ kind: "start", code: null, settings: null, message: options.message ?? null });
    return worker;
  }

  /** One worker from start to end. */
  async work(options: Parameters<Coordinated["start"]>[0] = {}): Promise<WorkerEnd> {
    return this.start(options).end();
  }

  get result(): ResultFile | null {
    return readResult(workerFiles(this.directory).result);
  }

  get account(): WorkerFile | null {
    return readWorkerFile(workerFiles(this.directory).worker);
  }

  get marker(): BlockedMarker | null {
    return readBlockedMarker(blockedMarkerPath(join(this.path, ".cueloop")));
  }

  /** git in the worktree. */
  git(...args: string[]): string {
    return this.repository.git("-C", this.path, ...args);
  }

  read(file: string): string {
    return readFileSync(join(this.path, file), "utf8");
  }

  /** A commit on `main`, in the coordinator's checkout. */
  commitOnMain(files: Readonly<Record<string, string>>, message: string): string {
    this.repository.write(files);
    this.repository.git("add", "--", ...Object.keys(files));
    this.repository.git("commit", "--quiet", "-m", message);
    return this.repository.git("rev-parse", "main").trim();
  }

  /** Subjects of the commits beyond `main`, oldest first. */
  get commits(): string[] {
    return this.git("log", "--reverse", "--format=%s", `main..cueloop/${ID}`)
      .split("\n")
      .filter((line) => line !== "");
  }
}

export interface WorkerEnd {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly messages: readonly FromWorker[];
  readonly stdout: string;
  readonly stderr: string;
}

/** A running worker. */
export class WorkerUnderTest {
  readonly messages: FromWorker[] = [];
  readonly #child: Bun.Subprocess<"pipe", "pipe", "pipe">;
  readonly #output: Promise<[string, string]>;

  constructor(argv: readonly string[], cwd: string, env: Record<string, string>) {
    this.#child = Bun.spawn([executable, ...argv], {
      cwd,
      env,
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
      detached: true,
      serialization: "json",
      ipc: (message: unknown) => {
        const heard = v.parse(FromWorker, message);
        this.messages.push(heard);
        // Nobody else lands here.
        if (heard.kind === "want") this.send({ kind: "go" });
        if (heard.kind === "result") this.send({ kind: "leave" });
      },
    });
    this.#output = Promise.all([new Response(this.#child.stdout).text(), new Response(this.#child.stderr).text()]);
  }

  get pid(): number {
    return this.#child.pid;
  }

  send(message: ToWorker): void {
    this.#child.send(message);
  }

  /** The coordinator is gone, as far as the pipe tells. */
  closeInput(): void {
    this.#child.stdin.end();
  }

  disconnect(): void {
    this.#child.disconnect();
  }

  kill(signal: "SIGINT" | "SIGKILL"): void {
    process.kill(-this.pid, signal);
  }

  /** Waits until it has said something of that kind. */
  async said(kind: FromWorker["kind"], patienceMs = 20_000): Promise<void> {
    const end = performance.now() + patienceMs;
    while (!this.messages.some((message) => message.kind === kind)) {
      if (performance.now() > end) throw new Error(`the worker never said ${kind}`);
      await Bun.sleep(5);
    }
  }

  async end(): Promise<WorkerEnd> {
    const [stdout, stderr] = await this.#output;
    await this.#child.exited;
    const { exitCode, signalCode } = this.#child;
    return { code: signalCode === null ? exitCode : null, messages: this.messages, stdout, stderr };
  }
}

/** The run's events among a worker's messages. */
export function eventsOf({ messages }: Pick<WorkerEnd, "messages">): RunEvent[] {
  return messages.flatMap((message) => (message.kind === "event" ? [message.event] : []));
}

/** The steps a worker announced. */
export function stepsOf({ messages }: Pick<WorkerEnd, "messages">): string[] {
  return messages.flatMap((message) => (message.kind === "step" ? [message.step] : []));
}
