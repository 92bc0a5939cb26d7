import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** The executable under test; `bun scripts/build.ts` makes it. */
export const executable: string = process.env["CUELOOP_BIN"] ?? new URL("../../dist/cueloop", import.meta.url).pathname;

export interface Finished {
  /** Exit code; for a process that a signal ended, 128 and the signal's number. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Below the repository's root. */
  readonly cwd?: string;
}

/** A temporary git repository with a home of its own; removed when disposed. */
export class Repository implements Disposable {
  readonly base: string;
  readonly root: string;
  readonly home: string;

  constructor(options: { readonly git?: boolean } = {}) {
    this.base = realpathSync(mkdtempSync(join(tmpdir(), "cueloop-test-")));
    this.root = join(this.base, "repo");
    this.home = join(this.base, "home");
    mkdirSync(this.root);
    mkdirSync(this.home);
    if (options.git === false) return;
    this.git("init", "--quiet", "--initial-branch=main");
    this.git("config", "user.name", "Ada");
    this.git("config", "user.email", "ada@example.invalid");
  }

  [Symbol.dispose](): void {
    rmSync(this.base, { recursive: true, force: true });
  }

  /** Environment of every program started here: no configuration of the machine's user. */
  get env(): Record<string, string> {
    return {
      PATH: process.env["PATH"] ?? "",
      HOME: this.home,
      TMPDIR: this.base,
      LANG: "C.UTF-8",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_TERMINAL_PROMPT: "0",
    };
  }

  path(file: string): string {
    return join(this.root, file);
  }

  /** Writes files, with the execute bit for those that begin with `#!`. */
  write(files: Readonly<Record<string, string>>): this {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(this.path(name)), { recursive: true });
      writeFileSync(this.path(name), text);
      if (text.startsWith("#!")) chmodSync(this.path(name), 0o755);
    }
    return this;
  }

  read(file: string): string {
    return readFileSync(this.path(file), "utf8");
  }

  has(file: string): boolean {
    return existsSync(this.path(file));
  }

  /** Runs git and returns its output; throws when it fails. */
  git(...args: string[]): string {
    const child = Bun.spawnSync(["git", ...args], { cwd: this.root, env: this.env, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
    if (child.exitCode !== 0) throw new Error(`git ${args.join(" ")}: ${child.stderr.toString()}`);
    return child.stdout.toString();
  }

  /** Commits everything there is. */
  commit(message = "work"): void {
    this.git("add", "--all");
    this.git("commit", "--quiet", "--allow-empty", "--message", message);
  }

  /** Runs the executable to its end. */
  async cueloop(...args: string[]): Promise<Finished> {
    return this.run([executable, ...args]);
  }

  /** Runs any program to its end. */
  async run(argv: readonly string[], options: CommandOptions = {}): Promise<Finished> {
    const child = this.start(argv, options);
    const [stdout, stderr, code] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.exited]);
    return { code, stdout, stderr };
  }

  /** Starts a program without waiting for it. */
  start(argv: readonly string[], options: CommandOptions = {}): Bun.Subprocess<Blob, "pipe", "pipe"> {
    return Bun.spawn([...argv], {
      cwd: options.cwd === undefined ? this.root : this.path(options.cwd),
      env: { ...this.env, ...options.env },
      stdin: new Blob([options.stdin ?? ""]),
      stdout: "pipe",
      stderr: "pipe",
    });
  }

  /** Waits until something in the home directory exists; fails when the time is over. */
  async appeared(name: string, patienceMs = 10_000): Promise<void> {
    const end = performance.now() + patienceMs;
    while (!existsSync(join(this.home, name))) {
      if (performance.now() > end) throw new Error(`${name} did not appear`);
      await Bun.sleep(5);
    }
  }

  /** Writes a queue, and a done file when there are done tasks. */
  books(active: readonly unknown[], done: readonly unknown[] = []): this {
    const text = (tasks: readonly unknown[]) => JSON.stringify({ version: 1, tasks }, null, 2);
    return this.write({ ".cueloop/queue.jsonc": text(active), ".cueloop/done.jsonc": text(done) });
  }

  /** Tasks of the active file, as they stand in it. */
  active(): unknown[] {
    return tasksOf(this.read(".cueloop/queue.jsonc"));
  }

  /** Tasks of the done file; empty when there is none. */
  done(): unknown[] {
    return this.has(".cueloop/done.jsonc") ? tasksOf(this.read(".cueloop/done.jsonc")) : [];
  }
}

/** A valid task record with everything that is always written. */
export function task(id: string, fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const at = "2026-03-02T08:15:00.000000000Z";
  return {
    id,
    status: "todo",
    title: `Task ${id}`,
    priority: "medium",
    tags: [],
    scope: [],
    evidence: [],
    plan: [],
    notes: [],
    created_at: at,
    updated_at: at,
    depends_on: [],
    blocks: [],
    relates_to: [],
    custom_fields: {},
    ...fields,
  };
}

function tasksOf(text: string): unknown[] {
  const file: unknown = JSON.parse(text);
  if (typeof file !== "object" || file === null || !("tasks" in file) || !Array.isArray(file.tasks)) throw new Error("no task list");
  return file.tasks;
}
