import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** The executable under test. */
export const executable = process.env["CUELOOP_BIN"] ?? new URL("../../dist/cueloop", import.meta.url).pathname;

export interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Relative to the root. */
  readonly cwd?: string;
}

/** A task as a queue file holds it, with what is required filled in. */
export function task(id: string, fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    id,
    status: "todo",
    title: `Title of ${id}`,
    priority: "medium",
    tags: [],
    scope: [],
    evidence: [],
    plan: [],
    notes: [],
    created_at: "2026-03-01T10:00:00.000000000Z",
    updated_at: "2026-03-01T10:00:00.000000000Z",
    ...(fields["status"] === "done" || fields["status"] === "rejected" ? { completed_at: "2026-03-02T10:00:00.000000000Z" } : {}),
    depends_on: [],
    blocks: [],
    relates_to: [],
    custom_fields: {},
    ...fields,
  };
}

export interface ProjectOptions {
  /** Tasks, or the text of the file; null for no file. */
  readonly queue?: readonly unknown[] | string | null;
  /** No done file when left out. */
  readonly done?: readonly unknown[] | string | null;
  readonly config?: unknown;
}

/** A git repository in a temporary directory with a queue; removed when disposed. */
export class Project implements Disposable {
  readonly root: string;
  /** Home directory of every command, outside the repository. */
  readonly home: string;
  readonly #temporary: string;

  constructor(options: ProjectOptions = {}) {
    this.#temporary = realpathSync(mkdtempSync(join(tmpdir(), "cueloop-test-")));
    this.root = join(this.#temporary, "repo");
    this.home = join(this.#temporary, "home");
    mkdirSync(this.root);
    mkdirSync(this.home);
    Bun.spawnSync(["git", "init", "-q", "-b", "main", this.root], { env: this.environment({}) });
    this.#writeBooks("queue.jsonc", options.queue === undefined ? [] : options.queue);
    this.#writeBooks("done.jsonc", options.done ?? null);
    if (options.config !== undefined) this.write(".cueloop/config.jsonc", JSON.stringify(options.config));
  }

  [Symbol.dispose](): void {
    rmSync(this.#temporary, { recursive: true, force: true });
  }

  /** Runs the executable in the repository. */
  run(...args: string[]): Result {
    return this.runWith({}, ...args);
  }

  runWith(options: RunOptions, ...args: string[]): Result {
    return this.spawn([executable, ...args], options);
  }

  /** Runs a line of sh; `$CUELOOP` is the executable. */
  shell(script: string, options: RunOptions = {}): Result {
    return this.spawn(["/bin/sh", "-c", script], options);
  }

  spawn(argv: readonly string[], options: RunOptions = {}): Result {
    const child = Bun.spawnSync([...argv], {
      cwd: join(this.root, options.cwd ?? ""),
      env: this.environment(options.env ?? {}),
      stdin: Buffer.from(options.stdin ?? ""),
      stdout: "pipe",
      stderr: "pipe",
    });
    return { code: child.exitCode, out: child.stdout.toString(), err: child.stderr.toString() };
  }

  /** The environment of every command: of ours only the path, so that nothing of the machine shows through. */
  environment(extra: Readonly<Record<string, string>>): Record<string, string> {
    return {
      PATH: process.env["PATH"] ?? "",
      HOME: this.home,
      TZ: "UTC",
      CUELOOP: executable,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_NAME: "Test",
      GIT_AUTHOR_EMAIL: "test@example.com",
      GIT_COMMITTER_NAME: "Test",
      GIT_COMMITTER_EMAIL: "test@example.com",
      ...extra,
    };
  }

  path(relative: string): string {
    return join(this.root, relative);
  }

  write(relative: string, text: string): void {
    mkdirSync(dirname(this.path(relative)), { recursive: true });
    writeFileSync(this.path(relative), text);
  }

  /** Null when the file does not exist. */
  read(relative: string): string | null {
    return existsSync(this.path(relative)) ? readFileSync(this.path(relative), "utf8") : null;
  }

  list(relative: string): string[] {
    return existsSync(this.path(relative)) ? readdirSync(this.path(relative)).sort() : [];
  }

  /** Ids and statuses of a file's tasks, `RQ-0001 todo`. */
  tasks(file: "queue" | "done"): string[] {
    return this.records(file).map((record) => `${record["id"]} ${record["status"]}`);
  }

  /** The tasks of a file, read without any code of ours. */
  records(file: "queue" | "done"): Record<string, unknown>[] {
    const value: unknown = JSON.parse(this.read(`.cueloop/${file}.jsonc`) ?? '{"tasks":[]}');
    if (!isRecord(value) || !Array.isArray(value["tasks"])) throw new Error(`${file}.jsonc is no queue file`);
    return value["tasks"].filter(isRecord);
  }

  /** Both files and the names of the snapshots: equal before and after a command that changes nothing. */
  fingerprint(): string {
    return JSON.stringify([this.read(".cueloop/queue.jsonc"), this.read(".cueloop/done.jsonc"), this.list(".cueloop/cache/undo")]);
  }

  #writeBooks(name: string, content: readonly unknown[] | string | null): void {
    if (content === null) return;
    this.write(`.cueloop/${name}`, typeof content === "string" ? content : JSON.stringify({ version: 1, tasks: content }, null, 2));
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
