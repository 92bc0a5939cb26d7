import { dirname } from "node:path";
import { childEnvironment } from "../base/env.ts";
import { isCueLoopError } from "../base/errors.ts";
import { type ProcessGroups, type ProcessHandle, startProcess } from "../base/process.ts";
import type { RepoContext } from "../config/context.ts";
import type { RunnerEvent } from "./event.ts";
import type { ResolvedRunner } from "./resolve.ts";
import type { RunnerRequest } from "./runner.ts";
import type { Effort } from "./settings/effort.ts";
import type { RunnerOptions } from "./settings/options.ts";
import { startGenerated } from "./turn/generated.ts";
import { judgeTurn, refusedSession } from "./turn/judge.ts";
import type { TurnOutcome } from "./turn/outcome.ts";
import { failureOf, reclassified, tellsUnknownSession } from "./turn/own-rules.ts";
import { TurnReader } from "./turn/reader.ts";

export type { FailureReason, TurnOutcome } from "./turn/outcome.ts";

/** One call of an agent: the first prompt of a phase, or one more message to its session. */
export interface TurnRequest {
  readonly runner: ResolvedRunner;
  /** As resolved for the phase. */
  readonly model: string;
  /** Left out for runners without effort. */
  readonly effort: Effort | null;
  readonly options: RunnerOptions;
  readonly call:
    | { readonly kind: "prompt"; readonly prompt: string }
    | { readonly kind: "resume"; readonly sessionId: string; readonly message: string };
  /** Working directory of the agent: the repository root, or the worker's worktree. */
  readonly cwd: string;
  readonly runId: string;
  readonly taskId: string | null;
  /** Absolute path of the running executable; its directory leads the agent's `PATH`. */
  readonly executable: string;
  /** Every event, in order, its texts redacted. */
  readonly onEvent: (event: RunnerEvent) => void;
  /** What the agent writes to its standard error: whole lines without their line end, redacted. */
  readonly onStderr?: (line: string) => void;
  /** What the agent writes, in pieces as they come, secrets included. */
  readonly onOutput?: (stream: "stdout" | "stderr", text: string) => void;
  readonly onSpawn?: (pid: number) => void;
  readonly onExit?: (pid: number) => void;
  readonly groups?: ProcessGroups;
  /** Stops the turn as interrupted. */
  readonly signal: AbortSignal;
  /** Milliseconds without a byte of output; 0 is no limit. */
  readonly idleTimeoutMs: number;
  /** Milliseconds of the whole turn; 0 is no limit. */
  readonly turnTimeoutMs: number;
  /** Milliseconds between the agent's final event and its exit; default 30 000. */
  readonly resultGraceMs?: number;
}

const RESULT_GRACE_MS = 30_000;
/** Kept of each stream. */
const TAIL_BYTES = 10 * 1024 * 1024;
/** Characters of standard error that are searched for the reason of a failure. */
const SEARCHED = 64 * 1024;

/**
 * Makes one call of an agent and reads it to its end: starts the program in its own process group,
 * turns its output into events, keeps the limits. Never throws for what the agent does.
 */
export async function runTurn(context: RepoContext, request: TurnRequest): Promise<TurnOutcome> {
  const refused = refusal(request);
  if (refused !== null) return refused;
  const { runner } = request;
  const resumed = request.call.kind === "resume" ? request.call.sessionId : null;
  const isCancelled = request.signal.aborted;
  using grace = new ResultGrace(context, request.resultGraceMs ?? RESULT_GRACE_MS);
  let newSessionId: string | null;
  let reader: TurnReader;
  let handle: ProcessHandle;
  try {
    newSessionId = resumed === null ? runner.newSessionId() : null;
    const asked = (signal: AbortSignal) => askedOf(request, newSessionId, signal);
    reader = new TurnReader({
      parser: runner.createReader({ request: asked(request.signal), now: () => Number(context.clock.now() / 1_000_000_000n) }),
      redact: context.redact,
      expectedSession: runner.keepsSessionId ? resumed : null,
      acceptsSession: (id) => runner.acceptsSessionId(id),
      emit: request.onEvent,
      emitStderr: request.onStderr ?? (() => undefined),
      onOver: (isOver) => grace.arm(isOver),
      onStrangeSession: () => grace.endNow(),
    });
    handle = start(context, request, asked, reader);
  } catch (error) {
    if (isCueLoopError(error, "runner.code_failed")) return notStarted(context.redact(error.message), false);
    throw error;
  }
  grace.guard(handle);
  const result = await handle.result;
  reader.end();
  if (handle.pid !== null) request.onExit?.(handle.pid);
  const facts = reader.facts();
  const stderr = result.stderr.slice(-SEARCHED);
  const failure = failureOf(runner, result.outcome, facts, stderr);
  const warn = (text: string) => request.onEvent({ type: "warning", text: context.redact(text) });
  const judged = reclassified(judgeTurn({ runner, process: result.outcome, stderr, ...facts }), runner, failure, warn);
  const canBeLost = resumed !== null && judged.kind !== "interrupted";
  const isUnknown = canBeLost && judged.kind !== "success" && tellsUnknownSession(runner, failure, warn);
  const verdict = isUnknown && failure.exitCode === 0 ? refusedSession(runner.displayName) : judged;
  const invalidSession = canBeLost && (facts.strangeSession !== null || isUnknown);
  const hasStarted = runner.generate === null ? handle.pid !== null : !isCancelled;
  return {
    ...verdict,
    message: context.redact(verdict.message),
    sessionId: invalidSession ? null : (facts.sessionId ?? (hasStarted ? newSessionId : null) ?? resumed),
    invalidSession,
    finalText: facts.finalText,
    usage: facts.usage,
    exitCode: failure.exitCode,
    signal: result.outcome.kind === "signaled" ? result.outcome.signal : null,
    resetsAt: verdict.kind === "usage_limit" ? (facts.usageLimit?.resetsAt ?? null) : null,
    stdoutTail: result.stdout,
    stderrTail: result.stderr,
    durationMs: result.durationMs,
  };
}

/** What the runner is asked; frozen, as it may be given to code of the user's. */
function askedOf(request: TurnRequest, newSessionId: string | null, signal: AbortSignal): RunnerRequest {
  const { call, runner, model, cwd, taskId } = request;
  const [prompt, sessionId] = call.kind === "prompt" ? [call.prompt, null] : [call.message, call.sessionId];
  const effort = runner.supportsEffort ? request.effort : null;
  const options = Object.freeze({ ...request.options });
  return Object.freeze({ prompt, model, effort, options, sessionId, newSessionId, cwd, taskId, signal });
}

/** Starts the agent's program, or the code that is the agent. Error `runner.code_failed`. */
function start(
  context: RepoContext,
  request: TurnRequest,
  asked: (signal: AbortSignal) => RunnerRequest,
  reader: TurnReader,
): ProcessHandle {
  const { runner, cwd, signal, turnTimeoutMs, idleTimeoutMs } = request;
  const { generate } = runner;
  if (generate !== null) {
    const run = (own: AbortSignal) => generate(asked(own));
    return startGenerated(context, { run, signal, timeoutMs: turnTimeoutMs, idleTimeoutMs, onEvent: (event) => reader.event(event) });
  }
  const command = runner.command(asked(signal));
  return startProcess(context, {
    argv: command.argv,
    cwd,
    env: environment(context, request, command.env),
    stdin: command.stdin,
    signal,
    timeoutMs: turnTimeoutMs,
    idleTimeoutMs,
    tailBytes: TAIL_BYTES,
    onStdout(text) {
      request.onOutput?.("stdout", text);
      reader.stdout(text);
    },
    onStderr(text) {
      request.onOutput?.("stderr", text);
      reader.stderr(text);
    },
    ...(request.onSpawn === undefined ? {} : { onSpawn: request.onSpawn }),
    ...(request.groups === undefined ? {} : { groups: request.groups }),
  });
}

/** Ends a program that stays after it has said that its turn is over. */
class ResultGrace implements Disposable {
  readonly #context: Pick<RepoContext, "clock">;
  readonly #graceMs: number;
  #armed: AbortController | null = null;
  #handle: ProcessHandle | null = null;

  constructor(context: Pick<RepoContext, "clock">, graceMs: number) {
    this.#context = context;
    this.#graceMs = graceMs;
  }

  guard(handle: ProcessHandle): void {
    this.#handle = handle;
  }

  /** Begins to wait, or stops waiting because the agent went on. */
  arm(isOver: boolean): void {
    this.#armed?.abort();
    this.#armed = null;
    if (!isOver) return;
    const waiting = new AbortController();
    this.#armed = waiting;
    void this.#context.clock.sleep(this.#graceMs, waiting.signal).then(() => {
      if (!waiting.signal.aborted) this.endNow();
    });
  }

  endNow(): void {
    this.#handle?.end();
  }

  [Symbol.dispose](): void {
    this.#armed?.abort();
  }
}

/** A session that cannot be continued is refused before any process starts. */
function refusal({ call, runner }: TurnRequest): TurnOutcome | null {
  if (call.kind === "prompt") return call.prompt.trim() === "" ? notStarted("The prompt is blank.", false) : null;
  if (call.message.trim() === "") return notStarted("The message to the agent is blank.", false);
  if (!runner.supportsResume) return notStarted(`${runner.displayName} cannot continue a session.`, true);
  if (runner.acceptsSessionId(call.sessionId)) return null;
  return notStarted(`"${call.sessionId}" is not a session id of ${runner.displayName}.`, true);
}

function notStarted(message: string, invalidSession: boolean): TurnOutcome {
  return {
    kind: "other",
    class: "permanent",
    reason: "invalid_invocation",
    message,
    sessionId: null,
    invalidSession,
    finalText: null,
    usage: null,
    exitCode: null,
    signal: null,
    resetsAt: null,
    stdoutTail: "",
    stderrTail: "",
    durationMs: 0,
  };
}

function environment(context: RepoContext, request: TurnRequest, own: Readonly<Record<string, string>>): Record<string, string> {
  const path = context.env["PATH"] ?? "";
  return childEnvironment(withoutTask(context.env), {
    PWD: request.cwd,
    PATH: path === "" ? dirname(request.executable) : `${dirname(request.executable)}:${path}`,
    CUELOOP_RUNNER_USED: request.runner.id,
    CUELOOP_MODEL_USED: request.model,
    CUELOOP_RUN_ID: request.runId,
    ...(request.taskId === null ? {} : { CUELOOP_TASK_ID: request.taskId }),
    ...own,
  });
}

/** A task of an outer run is not this agent's task. */
function withoutTask(env: RepoContext["env"]): RepoContext["env"] {
  const { CUELOOP_TASK_ID: _, ...rest } = env;
  return rest;
}
