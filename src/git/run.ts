import type { BaseContext } from "../base/context.ts";
import { childEnvironment } from "../base/env.ts";
import { CueLoopError } from "../base/errors.ts";
import { startProcess } from "../base/process.ts";
import { INDEX_LOCK, indexLocked, indexLockIn } from "./locks/index-lock.ts";

/** A command's view of one work tree; `root` need not be the top level of the repository. */
export interface GitContext extends BaseContext {
  /** Absolute path of the directory git is asked in. */
  readonly root: string;
  /** Variables for every git call made with this context, for example another index file. */
  readonly gitEnv?: Readonly<Record<string, string>>;
}

export interface GitOptions {
  readonly stdin?: string;
  /** Added to the environment of this call. */
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds; default 120 000. */
  readonly timeoutMs?: number;
}

export interface GitResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * What `git rev-parse --local-env-vars` lists. Set by git for its hooks, these beat `-C`
 * and make git answer for another checkout, so no child of ours may inherit them.
 */
export const LOCAL_GIT_VARIABLES: readonly string[] = [
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_COMMON_DIR",
  "GIT_CONFIG",
  "GIT_CONFIG_COUNT",
  "GIT_CONFIG_PARAMETERS",
  "GIT_DIR",
  "GIT_GRAFT_FILE",
  "GIT_IMPLICIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_INTERNAL_SUPER_PREFIX",
  "GIT_NO_REPLACE_OBJECTS",
  "GIT_OBJECT_DIRECTORY",
  "GIT_PREFIX",
  "GIT_REPLACE_REF_BASE",
  "GIT_SHALLOW_FILE",
  "GIT_WORK_TREE",
];

const LOCAL: ReadonlySet<string> = new Set(LOCAL_GIT_VARIABLES);

const TIMEOUT_MS = 120_000;
/** Lists of paths and patches must arrive whole; beyond this the call fails instead of lying. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

// A background gc would race with worktrees that come and go, and prompts of git could
// wait for a terminal that its process group does not own.
const CONFIG = ["-c", "core.fsmonitor=false", "-c", "gc.auto=0", "-c", "maintenance.auto=false"];
// LANGUAGE (unlike LC_ALL) changes nothing but the language of messages, which we classify.
const ENVIRONMENT = { GIT_TERMINAL_PROMPT: "0", LANGUAGE: "en" };

/** Failures that another git process causes for a moment, before ours has changed anything. */
const TRANSIENT: readonly { readonly pattern: RegExp; readonly attempts: number; readonly waitMs: number }[] = [
  INDEX_LOCK,
  { pattern: /commondir|bad object worktrees\//, attempts: 5, waitMs: 50 },
];

/**
 * Runs `git -C <root> …` to its end and returns what it printed, whatever its exit code.
 * Throws `git.missing`, `git.timeout`, `git.interrupted` or `git.failed` when git gave no exit code, and
 * `git.index_locked` when a lock of the index does not go away.
 */
export async function git(ctx: GitContext, args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await runOnce(ctx, args, options);
    const transient = result.code === 0 ? undefined : TRANSIENT.find(({ pattern }) => pattern.test(result.stderr));
    if (transient === undefined || ctx.signal.aborted) return result;
    if (attempt > transient.attempts) {
      const lock = indexLockIn(result.stderr, ctx.root);
      if (lock === null) return result;
      throw indexLocked(lock, ctx.root, ctx.clock.now());
    }
    await ctx.clock.sleep(transient.waitMs, ctx.signal);
  }
}

/** Like `git`, but an exit code other than 0 is a `git.failed` error; returns stdout. */
export async function gitOk(ctx: GitContext, args: readonly string[], options: GitOptions = {}): Promise<string> {
  const result = await git(ctx, args, options);
  if (result.code !== 0) throw gitFailed(ctx, args, result);
  return result.stdout;
}

/** Like `gitOk` for commands with `-z`: the NUL-separated records, without the empty last one. */
export async function gitRecords(ctx: GitContext, args: readonly string[], options: GitOptions = {}): Promise<string[]> {
  return splitRecords(await gitOk(ctx, args, options));
}

/** Splits NUL-separated output. */
export function splitRecords(output: string): string[] {
  const records = output.split("\0");
  if (records.at(-1) === "") records.pop();
  return records;
}

/** The error for a git command that answered with a failing exit code. */
export function gitFailed(ctx: GitContext, args: readonly string[], result: GitResult): CueLoopError {
  const said = ctx.redact(result.stderr.trim() || result.stdout.trim().slice(0, 2000));
  const unwritable = /permission denied|insufficient permission|unable to create|no space left|read-only file system/i.test(said);
  return new CueLoopError("git.failed", {
    ...(unwritable ? { hint: "Check the permissions of the git directory (`git rev-parse --git-dir`) and the room on its disk." } : {}),
    message: `\`git ${shown(ctx, args)}\` failed with exit code ${result.code} in ${ctx.root}${said === "" ? "." : `:\n${said}`}`,
  });
}

/** A context that a Ctrl-C does not stop: for putting things back in order afterwards. */
export function uninterruptible(ctx: GitContext): GitContext {
  return { ...ctx, signal: new AbortController().signal };
}

async function runOnce(ctx: GitContext, args: readonly string[], options: GitOptions): Promise<GitResult> {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const handle = startProcess(ctx, {
    argv: ["git", ...CONFIG, "-C", ctx.root, ...args],
    cwd: ctx.root,
    env: childEnvironment(ctx.env, { ...ENVIRONMENT, ...ctx.gitEnv, ...options.env }, LOCAL),
    stdin: options.stdin ?? null,
    signal: ctx.signal,
    timeoutMs,
    tailBytes: MAX_OUTPUT_BYTES,
  });
  const result = await handle.result;
  const { outcome } = result;
  switch (outcome.kind) {
    case "exited":
      if (result.stdoutTruncated) throw failure(ctx, args, "printed more than 256 MiB");
      return { code: outcome.code, stdout: result.stdout, stderr: result.stderr };
    case "missing_binary":
      throw new CueLoopError("git.missing", {
        message: "The program `git` was not found on PATH.",
        hint: "Install git, or add its directory to PATH.",
      });
    case "interrupted":
      throw new CueLoopError("git.interrupted", { message: `\`git ${shown(ctx, args)}\` was interrupted.` });
    case "timeout":
      throw new CueLoopError("git.timeout", {
        message: `\`git ${shown(ctx, args)}\` was ended after ${Math.round(timeoutMs / 1000)} s in ${ctx.root}.`,
        hint: "It may be waiting for a credential, a git hook or a slow disk: run it by hand to see.",
      });
    case "spawn_failed":
      throw failure(ctx, args, `could not be started: ${outcome.reason}`);
    case "signaled":
      throw failure(ctx, args, `was ended by ${outcome.signal}`);
    case "ended":
      throw failure(ctx, args, "was ended");
  }
}

function failure(ctx: GitContext, args: readonly string[], what: string): CueLoopError {
  return new CueLoopError("git.failed", { message: `\`git ${shown(ctx, args)}\` ${what} (in ${ctx.root}).` });
}

function shown(ctx: GitContext, args: readonly string[]): string {
  return ctx.redact(args.join(" ").slice(0, 300));
}
