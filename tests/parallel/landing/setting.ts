import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { formatTimestamp, systemClock } from "../../../src/base/clock.ts";
import type { Environment } from "../../../src/base/context.ts";
import { loadRepo } from "../../../src/config/resolve.ts";
import { commonDir } from "../../../src/git/repository.ts";
import { bookkeepingAuthority } from "../../../src/parallel/books/authority.ts";
import { mapPath } from "../../../src/parallel/books/map-path.ts";
import { filesOfTask } from "../../../src/parallel/files/paths.ts";
import { type ResultFile, writeResult } from "../../../src/parallel/files/result-file.ts";
import { findTarget, makeTarget } from "../../../src/parallel/preflight/target.ts";
import type { ParallelRun } from "../../../src/parallel/run.ts";
import { openState } from "../../../src/parallel/state/open.ts";
import type { WorkerRecord } from "../../../src/parallel/state/record.ts";
import { AdminLock } from "../../../src/parallel/worktree/admin-lock.ts";
import { createWorktree } from "../../../src/parallel/worktree/create.ts";
import { workspaceRoot } from "../../../src/parallel/worktree/names.ts";
import { seedWorktree } from "../../../src/parallel/worktree/seeding/seed.ts";
import { takeClaim } from "../../../src/queue/claims/claim.ts";
import { waitForQueueLock } from "../../../src/queue/store/lock.ts";
import type { RunEvent } from "../../../src/run/events.ts";
import { openRun } from "../../../src/run/open.ts";
import type { PublishMode } from "../../../src/run/options.ts";
import { Repository, task } from "../../support/repository.ts";
import { NOTHING_TYPED } from "../../support/run-settings.ts";

/** A coordinator in this process, without workers. */
export interface Coordinator extends AsyncDisposable {
  readonly run: ParallelRun;
  readonly admin: AdminLock;
  readonly events: RunEvent[];
}

export interface Place {
  readonly root: string;
  readonly env: Environment;
}

export async function coordinate(
  place: Place,
  options: { readonly mode?: PublishMode; readonly target?: string } = {},
): Promise<Coordinator> {
  const clock = systemClock();
  const log = { error() {}, warn() {}, info() {}, debug() {} };
  const { signal } = new AbortController();
  const base = { env: place.env, cwd: place.root, clock, log, signal, redact: (text: string) => text };
  const loaded = await loadRepo(base, { kind: "execute", insideRun: null });
  const events: RunEvent[] = [];
  const open = openRun(loaded, { mode: "loop", debug: false, executable: process.execPath, observers: [(event) => events.push(event)] });
  const { context } = open;
  const mode = options.mode ?? "commit";
  const lock = await waitForQueueLock(context, "run loop", { runId: context.runId });
  const common = await commonDir(context);
  const target = await findTarget(context, { target: options.target ?? null, mode });
  await makeTarget(context, target);
  const run: ParallelRun = {
    context,
    lock,
    target,
    mode,
    books: await bookkeepingAuthority(context),
    common,
    workspaceRoot: workspaceRoot(context),
    branchPrefix: "cueloop/",
    state: openState(context, { target: target.branch, now: context.clock.now() }),
    run: { ...NOTHING_TYPED, maxTurns: 2 },
  };
  return {
    run,
    admin: new AdminLock(context, common),
    events,
    async [Symbol.asyncDispose]() {
      lock.release();
      await open[Symbol.asyncDispose]();
    },
  };
}

/** A repository with two tasks; `tracked`: git keeps the queue files. */
export function repository({ tracked }: { readonly tracked: boolean }): Repository {
  const repo = new Repository();
  repo.books([task("RQ-0001"), task("RQ-0002")]);
  repo.write({
    ".gitignore": `.env\n.cueloop/cache/\n.cueloop/logs/\n.cueloop/lock/\n${tracked ? "" : ".cueloop/queue.jsonc\n.cueloop/done.jsonc\n"}`,
    // The pauses between two tries take no time.
    ".cueloop/config.jsonc": JSON.stringify({ version: 2, parallel: { push_backoff_ms: [], max_push_attempts: 3 } }),
    "src/a.txt": "a\n",
    "src/b.txt": "b\n",
  });
  repo.commit("first");
  return repo;
}

export interface Finished {
  readonly record: WorkerRecord;
  readonly result: ResultFile;
}

export interface Work {
  /** Committed on the task's branch. */
  readonly files?: Readonly<Record<string, string>>;
  /** Left in the worktree. */
  readonly left?: Readonly<Record<string, string>>;
  readonly proposal?: unknown;
  readonly result?: Partial<ResultFile>;
}

const EVIDENCE = `gate=passed exit=0 ms=12 tree=${"a".repeat(40)} at=2026-03-02T08:15:00.000000000Z argv=true`;

/** What a worker leaves that has finished a task: worktree, branch, claim, record and result. */
export async function finishedWork({ run, admin }: Coordinator, taskId: string, work: Work = {}): Promise<Finished> {
  const { context } = run;
  const token = `token-${taskId}`;
  const path = join(run.workspaceRoot, taskId);
  const branch = `cueloop/${taskId}`;
  const git = (root: string, ...args: string[]) => {
    const child = Bun.spawnSync(["git", "-C", root, ...args], { env: context.env, stdout: "pipe", stderr: "pipe" });
    if (child.exitCode !== 0) throw new Error(`git ${args.join(" ")}: ${child.stderr.toString()}`);
    return child.stdout.toString().trim();
  };
  const base = git(context.root, "rev-parse", `refs/heads/${run.target.branch}`);
  const taken = takeClaim(context, run.common, taskId, { label: "run loop", token, runId: context.runId, root: context.root });
  if (taken.kind !== "taken") throw new Error(`the claim on ${taskId} is held`);
  await createWorktree(context, admin, { taskId, runId: context.runId, path, branch, base });
  const { seeded } = await seedWorktree(context, { path, copyBooks: run.books === "coordinator" });
  writeAll(path, work.files ?? {});
  git(path, "add", "--all", "--", ".", ":!.cueloop");
  git(path, "commit", "--quiet", "--allow-empty", "--message", `${taskId}: Task ${taskId}`);
  writeAll(path, work.left ?? {});
  if (work.proposal !== undefined) writeAll(path, { [`.cueloop/cache/followups/${taskId}.json`]: JSON.stringify(work.proposal) });
  const status = work.result?.outcome === "rejected" ? "rejected" : "done";
  const at = formatTimestamp(context.clock.now());
  if (run.books === "coordinator") {
    const archived = { ...task(taskId), status, completed_at: at, updated_at: at };
    writeFileSync(mapPath(context.root, path, context.donePath), JSON.stringify({ version: 1, tasks: [archived] }));
  }
  const files = filesOfTask(context.runtimeDir, taskId);
  const result: ResultFile = {
    version: 1,
    task_id: taskId,
    token,
    outcome: "ready",
    base,
    tip: git(path, "rev-parse", "HEAD"),
    changed: true,
    ci: { ran: true, passed: true },
    attempts: 1,
    turns: 2,
    session: null,
    finished_at: at,
    evidence: EVIDENCE,
    notes: ["did it"],
    agent: { runner: "script", model: "scripted" },
    reason: null,
    history: null,
    ...work.result,
  };
  writeAll(dirname(files.task), { "task.json": JSON.stringify(task(taskId)) });
  writeResult(files.result, result);
  const record = run.state.upsert({
    task_id: taskId,
    workspace_path: path,
    lifecycle: "integrating",
    started_at: at,
    push_attempts: 0,
    branch,
    base_commit: base,
    step: "landing",
    token,
    run_id: context.runId,
    seeded: [...seeded],
  });
  return { record, result };
}

function writeAll(root: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}
