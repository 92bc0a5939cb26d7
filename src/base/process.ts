import { statSync } from "node:fs";
import type { Clock } from "./clock.ts";
import { errnoOf, messageOf } from "./errors.ts";
import { type ProcessGroups, signalGroup } from "./process-groups.ts";
import { StreamTail } from "./tail.ts";

export { ProcessGroups } from "./process-groups.ts";

export interface ProcessSpec {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The whole environment of the child. */
  readonly env: Readonly<Record<string, string>>;
  /** Written while the output is read; none or null is an empty input. */
  readonly stdin?: string | null;
  /** Aborting ends the process: SIGINT to its group, SIGKILL after `graceMs`. */
  readonly signal: AbortSignal;
  /** Milliseconds for the whole process; 0 or absent is no limit. */
  readonly timeoutMs?: number;
  /** Milliseconds without a byte of output; 0 or absent is no limit. */
  readonly idleTimeoutMs?: number;
  /** Milliseconds between SIGINT and SIGKILL; default 2000. */
  readonly graceMs?: number;
  /** How much of each stream's end is kept; default 256 KiB. */
  readonly tailBytes?: number;
  readonly onStdout?: (text: string) => void;
  readonly onStderr?: (text: string) => void;
  readonly onSpawn?: (pid: number) => void;
  readonly groups?: ProcessGroups;
}

export type ProcessOutcome =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signaled"; readonly signal: string }
  | { readonly kind: "interrupted" }
  | { readonly kind: "timeout"; readonly limit: "total" | "idle"; readonly limitMs: number }
  /** Ended by `ProcessHandle.end`. */
  | { readonly kind: "ended"; readonly code: number | null }
  | { readonly kind: "missing_binary"; readonly program: string }
  | { readonly kind: "spawn_failed"; readonly program: string; readonly reason: string };

export interface ProcessResult {
  readonly outcome: ProcessOutcome;
  /** The kept end of each stream. */
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutTruncated: boolean;
  readonly stderrTruncated: boolean;
  readonly durationMs: number;
}

export interface ProcessHandle {
  /** Null when the process could not be started. */
  readonly pid: number | null;
  /** Ends the process group on purpose. */
  end(): void;
  readonly result: Promise<ProcessResult>;
}

const DEFAULT_TAIL = 256 * 1024;
const DEFAULT_GRACE_MS = 2000;
/** Longest wait for the pipes after everything in the group was killed. */
const DRAIN_MS = 5000;

/**
 * Starts a program in a process group of its own. Never throws: what goes wrong is the
 * outcome. A process that was told to stop is never a success.
 */
export function startProcess(context: { readonly clock: Clock }, spec: ProcessSpec): ProcessHandle {
  const startedAt = context.clock.monotonicMs();
  const [program = ""] = spec.argv;
  const early = refusal(spec, program);
  if (early !== null) return notStarted(early);
  let child: Child;
  try {
    child = spawn(spec);
  } catch (error) {
    return notStarted(spawnFailure(error, program));
  }
  spec.groups?.add(child.pid);
  spec.onSpawn?.(child.pid);
  return new RunningProcess(context.clock, spec, child, startedAt);
}

type Child = Bun.Subprocess<"pipe", "pipe", "pipe">;
type StopReason = Extract<ProcessOutcome, { kind: "interrupted" | "timeout" }> | { readonly kind: "ended" };

function spawn(spec: ProcessSpec): Child {
  return Bun.spawn([...spec.argv], { cwd: spec.cwd, env: { ...spec.env }, stdin: "pipe", stdout: "pipe", stderr: "pipe", detached: true });
}

class RunningProcess implements ProcessHandle {
  readonly pid: number;
  readonly result: Promise<ProcessResult>;
  readonly #clock: Clock;
  readonly #spec: ProcessSpec;
  readonly #child: Child;
  readonly #exited = new AbortController();
  #stopping: StopReason | null = null;
  #lastOutput: number;

  constructor(clock: Clock, spec: ProcessSpec, child: Child, startedAt: number) {
    this.pid = child.pid;
    this.#clock = clock;
    this.#spec = spec;
    this.#child = child;
    this.#lastOutput = startedAt;
    this.result = this.#watch(startedAt);
  }

  end(): void {
    this.#stop({ kind: "ended" });
  }

  async #watch(startedAt: number): Promise<ProcessResult> {
    const { signal, timeoutMs = 0, idleTimeoutMs = 0, tailBytes = DEFAULT_TAIL } = this.#spec;
    const stdout = new StreamTail(tailBytes);
    const stderr = new StreamTail(tailBytes);
    const draining = new AbortController();
    const readers = Promise.all([
      this.#read(this.#child.stdout, stdout, this.#spec.onStdout, draining.signal),
      this.#read(this.#child.stderr, stderr, this.#spec.onStderr, draining.signal),
    ]);
    void this.#feed();
    const interrupted = () => this.#stop({ kind: "interrupted" });
    if (signal.aborted) interrupted();
    else signal.addEventListener("abort", interrupted, { once: true });
    if (timeoutMs > 0) void this.#limitTotal(timeoutMs);
    if (idleTimeoutMs > 0) void this.#limitIdle(idleTimeoutMs);
    await this.#child.exited;
    this.#exited.abort();
    signal.removeEventListener("abort", interrupted);
    signalGroup(this.pid, "SIGKILL");
    const drained = new AbortController();
    await Promise.race([readers.then(() => drained.abort()), this.#clock.sleep(DRAIN_MS, drained.signal)]);
    draining.abort();
    this.#spec.groups?.remove(this.pid);
    return {
      outcome: this.#outcome(),
      stdout: stdout.text,
      stderr: stderr.text,
      stdoutTruncated: stdout.truncated,
      stderrTruncated: stderr.truncated,
      durationMs: this.#clock.monotonicMs() - startedAt,
    };
  }

  #outcome(): ProcessOutcome {
    const { exitCode, signalCode } = this.#child;
    if (this.#stopping !== null) return this.#stopping.kind === "ended" ? { kind: "ended", code: exitCode } : this.#stopping;
    if (signalCode !== null) return { kind: "signaled", signal: String(signalCode) };
    return { kind: "exited", code: exitCode ?? -1 };
  }

  /** Writes the input; a child that does not read it is judged by its own exit. */
  async #feed(): Promise<void> {
    try {
      if (this.#spec.stdin !== undefined && this.#spec.stdin !== null && this.#spec.stdin !== "") this.#child.stdin.write(this.#spec.stdin);
      await this.#child.stdin.end();
    } catch {
      return;
    }
  }

  async #read(
    stream: ReadableStream<Uint8Array>,
    tail: StreamTail,
    hear: ((text: string) => void) | undefined,
    draining: AbortSignal,
  ): Promise<void> {
    const reader = stream.getReader();
    draining.addEventListener("abort", () => void reader.cancel().catch(() => undefined), { once: true });
    for (;;) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (done || value === undefined) break;
      this.#lastOutput = this.#clock.monotonicMs();
      const text = tail.push(value);
      hear?.(text);
    }
    const rest = tail.end();
    if (rest !== "") hear?.(rest);
  }

  async #limitTotal(limitMs: number): Promise<void> {
    await this.#clock.sleep(limitMs, this.#exited.signal);
    if (!this.#exited.signal.aborted) this.#stop({ kind: "timeout", limit: "total", limitMs });
  }

  async #limitIdle(limitMs: number): Promise<void> {
    for (;;) {
      const left = this.#lastOutput + limitMs - this.#clock.monotonicMs();
      if (left <= 0) return this.#stop({ kind: "timeout", limit: "idle", limitMs });
      await this.#clock.sleep(left, this.#exited.signal);
      if (this.#exited.signal.aborted) return;
    }
  }

  #stop(reason: StopReason): void {
    if (this.#stopping !== null || this.#exited.signal.aborted) return;
    this.#stopping = reason;
    signalGroup(this.pid, "SIGINT");
    void this.#killAfterGrace();
  }

  async #killAfterGrace(): Promise<void> {
    await this.#clock.sleep(this.#spec.graceMs ?? DEFAULT_GRACE_MS, this.#exited.signal);
    if (!this.#exited.signal.aborted) signalGroup(this.pid, "SIGKILL");
  }
}

/** A missing directory is reported by the system as if the program were missing, so it is looked for first. */
function refusal(spec: ProcessSpec, program: string): ProcessOutcome | null {
  if (spec.signal.aborted) return { kind: "interrupted" };
  try {
    if (statSync(spec.cwd).isDirectory()) return null;
    return { kind: "spawn_failed", program, reason: `${spec.cwd} is not a directory` };
  } catch (error) {
    return { kind: "spawn_failed", program, reason: `the working directory ${spec.cwd} cannot be entered: ${messageOf(error)}` };
  }
}

function spawnFailure(error: unknown, program: string): ProcessOutcome {
  if (errnoOf(error) === "ENOENT") return { kind: "missing_binary", program };
  return { kind: "spawn_failed", program, reason: errnoOf(error) === "EACCES" ? `${program} is not executable` : messageOf(error) };
}

function notStarted(outcome: ProcessOutcome): ProcessHandle {
  return {
    pid: null,
    end: () => undefined,
    result: Promise.resolve({ outcome, stdout: "", stderr: "", stdoutTruncated: false, stderrTruncated: false, durationMs: 0 }),
  };
}
