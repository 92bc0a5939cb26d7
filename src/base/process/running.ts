import type { Clock } from "../clock.ts";
import { within } from "../within.ts";
import { signalGroup } from "./groups.ts";
import type { ProcessHandle, ProcessOutcome, ProcessResult, ProcessSpec } from "./spec.ts";
import { StreamTail } from "./tail.ts";

export type Child = Bun.Subprocess<"pipe" | "ignore", "pipe", "pipe">;

interface Reader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
}

type StopReason = Extract<ProcessOutcome, { kind: "interrupted" | "timeout" }> | { readonly kind: "ended" };

const DEFAULT_TAIL = 256 * 1024;
const DEFAULT_GRACE_MS = 2000;
/** Longest wait for the process after SIGKILL, and for its pipes after its exit: who left the group may hold them open. */
const JOIN_MS = 5000;
/** The same for the pipes where somebody pressed Ctrl-C and waits. */
const HASTY_JOIN_MS = 1000;

/** A started process and everything that watches it. */
export class RunningProcess implements ProcessHandle {
  readonly pid: number;
  readonly result: Promise<ProcessResult>;
  readonly #clock: Clock;
  readonly #spec: ProcessSpec;
  readonly #child: Child;
  readonly #startedAt: number;
  readonly #over = new AbortController();
  readonly #abandoned = Promise.withResolvers<void>();
  #stopping: StopReason | null = null;
  #failure: { readonly error: unknown } | null = null;
  #lastOutput: number;

  constructor(clock: Clock, spec: ProcessSpec, child: Child, startedAt: number) {
    this.pid = child.pid;
    this.#clock = clock;
    this.#spec = spec;
    this.#child = child;
    this.#startedAt = startedAt;
    this.#lastOutput = startedAt;
    spec.groups?.add(child.pid);
    this.#guarded(() => spec.onSpawn?.(child.pid));
    this.result = this.#watch();
  }

  end(): void {
    this.#stop({ kind: "ended" });
  }

  async #watch(): Promise<ProcessResult> {
    const { signal, timeoutMs = 0, idleTimeoutMs = 0, tailBytes = DEFAULT_TAIL } = this.#spec;
    const stdout = new StreamTail(tailBytes);
    const stderr = new StreamTail(tailBytes);
    const readers = [this.#child.stdout.getReader(), this.#child.stderr.getReader()] as const;
    const reading = Promise.all([this.#read(readers[0], stdout, this.#spec.onStdout), this.#read(readers[1], stderr, this.#spec.onStderr)]);
    let isRead = false;
    void reading.then(() => {
      isRead = true;
    });
    this.#feed();
    const interrupted = () => this.#stop({ kind: "interrupted" });
    if (signal.aborted) interrupted();
    else signal.addEventListener("abort", interrupted, { once: true });
    if (timeoutMs > 0) void this.#limitTotal(timeoutMs);
    if (idleTimeoutMs > 0) void this.#limitIdle(idleTimeoutMs);

    await Promise.race([this.#child.exited, this.#abandoned.promise]);
    const durationMs = this.#clock.monotonicMs() - this.#startedAt;
    this.#over.abort();
    signal.removeEventListener("abort", interrupted);
    const outcome = this.#outcome();
    signalGroup(this.pid, "SIGKILL");
    if (!isRead && !(await within(this.#clock, outcome.kind === "interrupted" ? HASTY_JOIN_MS : JOIN_MS, reading))) {
      for (const reader of readers) void reader.cancel().catch(() => undefined);
      await within(this.#clock, JOIN_MS, reading);
    }
    this.#closeInput();
    this.#spec.groups?.remove(this.pid);
    if (this.#failure !== null) throw this.#failure.error;
    return {
      outcome,
      stdout: stdout.text(),
      stderr: stderr.text(),
      stdoutTruncated: stdout.truncated,
      stderrTruncated: stderr.truncated,
      durationMs,
    };
  }

  #outcome(): ProcessOutcome {
    const { exitCode, signalCode } = this.#child;
    const code = signalCode === null ? exitCode : null;
    if (this.#stopping !== null) return this.#stopping.kind === "ended" ? { kind: "ended", code } : this.#stopping;
    if (signalCode !== null) return { kind: "signaled", signal: String(signalCode) };
    return { kind: "exited", code: exitCode ?? -1 };
  }

  /** Writes the input. A child that goes away without reading it is judged by its own exit, so a broken pipe is no error. */
  #feed(): void {
    const sink = this.#child.stdin;
    const { stdin } = this.#spec;
    if (sink === undefined || stdin === undefined || stdin === null) return;
    try {
      void Promise.allSettled([sink.write(stdin), sink.end()]);
    } catch {
      // As above.
    }
  }

  #closeInput(): void {
    try {
      void Promise.allSettled([this.#child.stdin?.end()]);
    } catch {
      // It is closed.
    }
  }

  async #read(reader: Reader, tail: StreamTail, hear: ((text: string) => void) | undefined): Promise<void> {
    const say = (text: string) => {
      if (text !== "" && this.#failure === null) this.#guarded(() => hear?.(text));
    };
    for (;;) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (done || value === undefined) break;
      this.#lastOutput = this.#clock.monotonicMs();
      tail.push(value);
      if (hear !== undefined) say(tail.decode(value));
    }
    if (hear !== undefined) say(tail.end());
  }

  async #limitTotal(limitMs: number): Promise<void> {
    await this.#clock.sleep(limitMs, this.#over.signal);
    this.#stop({ kind: "timeout", limit: "total", limitMs });
  }

  async #limitIdle(limitMs: number): Promise<void> {
    while (!this.#over.signal.aborted) {
      const left = this.#lastOutput + limitMs - this.#clock.monotonicMs();
      if (left <= 0) return this.#stop({ kind: "timeout", limit: "idle", limitMs });
      await this.#clock.sleep(left, this.#over.signal);
    }
  }

  #stop(reason: StopReason, graceMs = this.#spec.graceMs ?? DEFAULT_GRACE_MS): void {
    if (this.#stopping !== null || this.#over.signal.aborted) return;
    this.#stopping = reason;
    this.#closeInput();
    if (graceMs > 0) signalGroup(this.pid, "SIGINT");
    void this.#killAfter(graceMs);
  }

  async #killAfter(graceMs: number): Promise<void> {
    if (graceMs > 0) await this.#clock.sleep(graceMs, this.#over.signal);
    if (this.#over.signal.aborted) return;
    signalGroup(this.pid, "SIGKILL");
    await this.#clock.sleep(JOIN_MS, this.#over.signal);
    if (this.#over.signal.aborted) return;
    // Even SIGKILL waits for a process that hangs in the kernel; we do not.
    this.#child.unref();
    this.#abandoned.resolve();
  }

  /** Calls back; the first thing that a callback throws ends the process. */
  #guarded(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#failure ??= { error };
      this.#stop({ kind: "ended" }, 0);
    }
  }
}
