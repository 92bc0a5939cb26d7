import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import type { Environment } from "../../src/base/context.ts";
import type { GitContext } from "../../src/git/run.ts";

const quiet = () => {};

const PLACE = join(realpathSync(tmpdir()), `cueloop-git-tests-${process.pid}`);

/** A new empty directory; `removeDirectories` at the end of a test file takes all of them away. */
export function emptyDirectory(): string {
  mkdirSync(PLACE, { recursive: true });
  return mkdtempSync(join(PLACE, "d-"));
}

export function removeDirectories(): void {
  rmSync(PLACE, { recursive: true, force: true });
}

/** Environment without the machine's own git settings. */
export const ENVIRONMENT: Environment = {
  PATH: process.env["PATH"],
  HOME: join(PLACE, "home"),
  TMPDIR: PLACE,
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.org",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.org",
};

export function contextAt(root: string, env: Environment = ENVIRONMENT): GitContext {
  return {
    root,
    env,
    cwd: root,
    clock: systemClock(),
    log: { error: quiet, warn: quiet, info: quiet, debug: quiet },
    signal: new AbortController().signal,
    redact: (text) => text,
  };
}

/** A temporary real repository, branch `main`, without a commit. */
export class TestRepository {
  readonly root: string;
  readonly ctx: GitContext;

  constructor(root = emptyDirectory()) {
    this.root = root;
    this.ctx = contextAt(root);
  }

  static init(files: Readonly<Record<string, string>> = {}): TestRepository {
    const repository = new TestRepository();
    repository.git("init", "-q", "-b", "main");
    for (const [path, text] of Object.entries(files)) repository.write(path, text);
    return repository;
  }

  static committed(files: Readonly<Record<string, string>>): TestRepository {
    const repository = TestRepository.init(files);
    repository.commitAll("first");
    return repository;
  }

  git(...args: string[]): string {
    return execFileSync("git", args, { cwd: this.root, env: ENVIRONMENT, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trimEnd();
  }

  commitAll(message: string): string {
    this.git("add", "-A");
    this.git("commit", "-q", "--allow-empty", "-m", message);
    return this.git("rev-parse", "HEAD");
  }

  write(path: string, text: string, mode?: number): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
    if (mode !== undefined) chmodSync(join(this.root, path), mode);
  }

  link(path: string, target: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    symlinkSync(target, join(this.root, path));
  }

  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true, force: true });
  }

  /** `mode path` of everything in a tree. */
  tree(treeish: string): string[] {
    return this.git("ls-tree", "-r", "-z", treeish)
      .split("\0")
      .filter((line) => line !== "")
      .map((line) => `${line.slice(0, 6)} ${line.slice(line.indexOf("\t") + 1)}`);
  }
}
