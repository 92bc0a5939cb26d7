import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { formatTimestamp, systemClock } from "../../base/clock.ts";
import type { BaseContext, Environment } from "../../base/context.ts";
import { CueLoopError } from "../../base/errors.ts";
import { parseValue } from "../../base/parse.ts";
import { createRedactor } from "../../base/redact.ts";
import { loadRepo } from "../../config/resolve.ts";
import { LOCAL_GIT_VARIABLES } from "../../git/run.ts";
import { canonicalTask, TaskRecord } from "../../queue/task.ts";
import type { ConfigValue } from "../../runtime/define/config.ts";
import { openQueueOf } from "../../runtime/queue/open.ts";
import type { Queue } from "../../runtime/queue/queue.ts";
import type { TaskFields } from "./tasks.ts";

export interface FakeRepoOptions {
  /** Texts by path; one that begins with `#!` can be executed. */
  readonly files?: Readonly<Record<string, string>>;
  /** Tasks of the queue, finished ones of the done file; those without an id get `RQ-0001`, `RQ-0002`, … */
  readonly tasks?: readonly TaskFields[];
  /** What the repository's `cueloop.config.ts` would export. */
  readonly config?: ConfigValue;
}

/** A temporary git repository with one commit and a home of its own. */
export interface FakeRepo extends Disposable {
  /** Absolute. */
  readonly root: string;
  readonly queue: Queue;
  /** Absolute path of a file. */
  path(file: string): string;
  /** Text of a file. */
  read(file: string): string;
  /** Writes files; nothing is committed. */
  write(files: Readonly<Record<string, string>>): void;
  /** Output of a git command. Throws where it fails. */
  git(...args: readonly string[]): string;
  /** Removes everything; `using` does it by itself. */
  remove(): void;
}

/** What the functions beside `fakeRepo` know of one. */
export interface FakeRepoParts {
  readonly base: string;
  readonly context: BaseContext;
  readonly config: ConfigValue;
  /** What was logged so far. */
  readonly log: string[];
}

/** One phase, no command as a gate: what a test is not about costs no turn. */
const CONFIG = { version: 2, agent: { phases: 1, ci_gate: { enabled: false } } };
const IGNORED =
  "/.cueloop/README.md\n/.cueloop/cache/\n/.cueloop/logs/\n/.cueloop/lock/\n/.cueloop/trust.jsonc\n/.cueloop/plugins/scripted/\n";

/** Makes repositories; `env` is the environment of the process. */
export function repositories(env: Environment) {
  const made = new WeakMap<FakeRepo, FakeRepoParts>();
  return {
    fakeRepo({ files = {}, tasks = [], config = {} }: FakeRepoOptions = {}): FakeRepo {
      const base = realpathSync(mkdtempSync(join(tmpdir(), "cueloop-fake-")));
      const root = join(base, "repo");
      const home = join(base, "home");
      for (const directory of [root, home]) mkdirSync(directory);
      const log: string[] = [];
      const context = contextOf(env, { base, root, home, log });
      const repo = repoAt(base, root, context);
      repo.git("init", "--quiet", "--initial-branch=main");
      writeFileSync(join(root, ".git/info/exclude"), IGNORED);
      const now = formatTimestamp(context.clock.now());
      const records = tasks.map((task, index) => recordOf(task, index, now));
      const text = (isDone: boolean) =>
        `${JSON.stringify({ version: 1, tasks: records.filter(({ status }) => (status === "done" || status === "rejected") === isDone) }, null, 2)}\n`;
      repo.write({
        ".cueloop/config.jsonc": JSON.stringify(CONFIG),
        ".cueloop/trust.jsonc": JSON.stringify({ allow_project_commands: true }),
        ".cueloop/queue.jsonc": text(false),
        ".cueloop/done.jsonc": text(true),
        ...files,
      });
      repo.git("add", "--all");
      repo.git("commit", "--quiet", "--allow-empty", "--message", "start");
      made.set(repo, { base, context, config, log });
      return repo;
    },
    /** Error: `testing.not_fake` for what `fakeRepo` did not make. */
    partsOf(repo: FakeRepo): FakeRepoParts {
      const parts = made.get(repo);
      if (parts !== undefined) return parts;
      throw new CueLoopError("testing.not_fake", { message: "runInRepo() needs a repository that fakeRepo() made." });
    },
  };
}

function repoAt(base: string, root: string, context: BaseContext): FakeRepo {
  const path = (file: string) => join(root, file);
  const remove = () => rmSync(base, { recursive: true, force: true });
  const opened = async () => openQueueOf(await loadRepo(context, { kind: "write", insideRun: null }));
  return {
    root,
    queue: {
      tasks: async (filter) => (await opened()).tasks(filter),
      done: async (filter) => (await opened()).done(filter),
      get: async (id) => (await opened()).get(id),
      next: async () => (await opened()).next(),
      explain: async (id) => (await opened()).explain(id),
      transaction: async (label, change) => (await opened()).transaction(label, change),
    },
    path,
    read: (file) => readFileSync(path(file), "utf8"),
    write(files) {
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(dirname(path(file)), { recursive: true });
        writeFileSync(path(file), text);
        if (text.startsWith("#!")) chmodSync(path(file), 0o755);
      }
    },
    git(...args) {
      const child = Bun.spawnSync(["git", ...args], {
        cwd: root,
        env: { ...context.env },
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
      });
      if (child.exitCode === 0) return child.stdout.toString();
      throw new CueLoopError("testing.git", { message: `git ${args.join(" ")} failed: ${child.stderr.toString().trim()}` });
    },
    remove,
    [Symbol.dispose]: remove,
  };
}

/** The process's own environment without its git, its user's configuration and the run it may be part of. */
function contextOf(
  env: Environment,
  { base, root, home, log }: { readonly base: string; readonly root: string; readonly home: string; readonly log: string[] },
): BaseContext {
  const own = Object.entries(env).filter(([name]) => !/^(?:CUELOOP_|XDG_|GIT_)/.test(name) && !LOCAL_GIT_VARIABLES.includes(name));
  const person = { NAME: "Tester", EMAIL: "tester@example.invalid" };
  const identity = Object.entries(person).flatMap(([key, value]) => [
    [`GIT_AUTHOR_${key}`, value],
    [`GIT_COMMITTER_${key}`, value],
  ]);
  const fake: Environment = {
    ...Object.fromEntries(own),
    ...Object.fromEntries(identity),
    HOME: home,
    TMPDIR: base,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
  };
  const line = (level: string) => (message: string) => void log.push(`${level}: ${message}`);
  return {
    env: fake,
    cwd: root,
    clock: systemClock(),
    log: { error: line("error"), warn: line("warn"), info: line("info"), debug() {} },
    signal: new AbortController().signal,
    redact: createRedactor(fake),
  };
}

function recordOf(fields: TaskFields, index: number, now: string) {
  const id = `RQ-${String(index + 1).padStart(4, "0")}`;
  const isDone = fields.status === "done" || fields.status === "rejected";
  const value = { id, title: fields.id ?? id, created_at: now, updated_at: now, ...(isDone ? { completed_at: now } : {}), ...fields };
  return canonicalTask(parseValue(TaskRecord, { file: `fakeRepo() tasks[${index}]`, value }, "task"));
}
