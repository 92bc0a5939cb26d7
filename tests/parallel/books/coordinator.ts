import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { systemClock } from "../../../src/base/clock.ts";
import { loadRepo } from "../../../src/config/resolve.ts";
import type { ResultFile } from "../../../src/parallel/files/result-file.ts";
import type { WorkerRecord } from "../../../src/parallel/state/record.ts";
import type { Books } from "../../../src/queue/books.ts";
import { parseQueueFile, renderQueueFile } from "../../../src/queue/file.ts";
import { type QueueLock, waitForQueueLock } from "../../../src/queue/store/lock.ts";
import { readBooks } from "../../../src/queue/store/read.ts";
import type { Task } from "../../../src/queue/task.ts";
import type { RunContext } from "../../../src/run/context.ts";
import type { RunEvent } from "../../../src/run/events.ts";
import { type OpenRun, openRun } from "../../../src/run/open.ts";
import { Repository } from "../../support/repository.ts";

export const QUEUE = ".cueloop/queue.jsonc";
export const DONE = ".cueloop/done.jsonc";

export const READY: Pick<ResultFile, "outcome" | "notes" | "evidence" | "agent"> = {
  outcome: "ready",
  notes: [],
  evidence: "gate=passed",
  agent: null,
};

/** Text of a queue or done file. */
export function fileOf(tasks: readonly Task[]): string {
  return renderQueueFile({ version: 1, tasks });
}

/** A repository with queue files, whose queue lock this process holds as a coordinator does. */
export class Coordinator implements AsyncDisposable {
  readonly repo: Repository;
  readonly context: RunContext;
  readonly lock: QueueLock;
  readonly events: RunEvent[];
  readonly #run: OpenRun;

  private constructor(repo: Repository, run: OpenRun, lock: QueueLock, events: RunEvent[]) {
    this.repo = repo;
    this.#run = run;
    this.context = run.context;
    this.lock = lock;
    this.events = events;
  }

  /** @param tracked false: git ignores the queue files */
  static async of(books: Books, { tracked, config = "{}" }: { readonly tracked: boolean; readonly config?: string }): Promise<Coordinator> {
    const repo = new Repository();
    const local = ".cueloop/cache/\n.cueloop/logs/\n.cueloop/lock/\n";
    repo.write({
      ".gitignore": tracked ? local : `${local}.cueloop/*.jsonc\n`,
      ".cueloop/config.jsonc": config,
      [QUEUE]: fileOf(books.queue.tasks),
      [DONE]: fileOf(books.done.tasks),
    });
    repo.commit("start");
    const log = { error() {}, warn() {}, info() {}, debug() {} };
    const { signal } = new AbortController();
    const base = { env: repo.env, cwd: repo.root, clock: systemClock(), log, signal, redact: (text: string) => text };
    const loaded = await loadRepo(base, { kind: "execute", insideRun: null });
    const events: RunEvent[] = [];
    const run = openRun(loaded, { mode: "loop", debug: false, executable: process.execPath, observers: [(event) => events.push(event)] });
    return new Coordinator(repo, run, await waitForQueueLock(run.context, "run loop", { runId: run.context.runId }), events);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.lock.release();
    await this.#run[Symbol.asyncDispose]();
    this.repo[Symbol.dispose]();
  }

  get books(): Books {
    return readBooks(this.context, "strict");
  }

  head(): string {
    return this.repo.git("rev-parse", "HEAD").trim();
  }

  /** Queue files of a commit. */
  at(commit: string): Books {
    const file = (path: string) => parseQueueFile(this.repo.git("show", `${commit}:${path}`), path);
    return { queue: file(QUEUE), done: file(DONE) };
  }

  /** The record of a worker in a worktree with these files, relative to it. */
  worker(taskId: string, files: Readonly<Record<string, string>> = {}): WorkerRecord {
    const worktree = join(this.repo.base, "worktrees", taskId);
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(worktree, name)), { recursive: true });
      writeFileSync(join(worktree, name), text);
    }
    return { task_id: taskId, workspace_path: worktree, lifecycle: "running", started_at: "2026-03-02T08:00:00Z", push_attempts: 0 };
  }

  warnings(): string[] {
    return this.events.flatMap((event) => (event.kind === "warning" ? [event.message] : []));
  }
}

/** Text of a proposal with tasks of these titles. */
export function proposal(source: string, ...titles: readonly string[]): Readonly<Record<string, string>> {
  const tasks = titles.map((title, index) => ({
    key: `k${index}`,
    title,
    description: "Found on the way.",
    priority: "low",
    independence_rationale: "Apart.",
  }));
  return { [`.cueloop/cache/followups/${source}.json`]: JSON.stringify({ version: 1, source_task_id: source, tasks }) };
}
