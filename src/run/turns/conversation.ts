import { backoffDelayMs } from "../../base/backoff.ts";
import { inFreshSession, limitOverMessage, signalMessage } from "../../prompts/continue-messages.ts";
import { runTurn, type TurnOutcome } from "../../runners/turn.ts";
import type { RunContext } from "../context.ts";
import type { PhaseName, UsageTotals } from "../events.ts";
import { type GateCounters, NO_GATE_FAILURES } from "../gate/decision.ts";
import type { Job } from "../job.ts";
import type { PhaseNumber } from "../options.ts";
import { endDetached } from "../processes/detached.ts";
import type { PhaseSettings } from "../settings/phase-settings.ts";
import { isTreeUnchanged } from "../trees.ts";
import { type Continuation, continueDecision } from "./continue-decision.ts";
import { decideAfterTurn, SIGNAL_RECOVERIES } from "./decide.ts";
import { interruptedTurn, settleTurn, turnLimitReached } from "./settle-turn.ts";
import { undoesBeforeRetry, undoPhase } from "./undo-phase.ts";
import { UsageMeter } from "./usage-meter.ts";
import { waitForUsageLimit } from "./wait.ts";

/** Without a byte of output, and in all. */
const MINUTE_MS = 60_000;

type Call =
  | { readonly kind: "prompt"; readonly prompt: string }
  | { readonly kind: "resume"; readonly sessionId: string; readonly message: string };

export interface ConversationPhase {
  readonly number: PhaseNumber;
  readonly name: PhaseName;
  readonly settings: PhaseSettings;
  /** Tree of the work tree when the phase began. */
  readonly tree: string;
}

/**
 * The agent session of one phase: its first prompt and every message that follows it.
 * Retries, signal deaths and usage limits are handled inside; what comes back is a turn that ended well.
 */
export class Conversation {
  readonly phase: ConversationPhase;
  /** Gate failures answered in this session. */
  gateCounters: GateCounters = NO_GATE_FAILURES;
  /** What the agent said last in a turn that ended well. */
  finalText: string | null = null;
  /** What the last call used; null when the agent does not say. */
  lastUsage: UsageTotals | null = null;
  readonly #context: RunContext;
  readonly #job: Job;
  #firstPrompt: () => string | Promise<string> = () => "";
  #sessionId: string | null = null;
  #waitedMs = 0;
  readonly #meter = new UsageMeter();

  constructor(context: RunContext, job: Job, phase: ConversationPhase) {
    this.#context = context;
    this.#job = job;
    this.phase = phase;
  }

  /** Begins the agent session with the phase's prompt. */
  async begin(prompt: string): Promise<TurnOutcome> {
    this.#firstPrompt = () => prompt;
    return this.#converse({ kind: "prompt", prompt }, null);
  }

  /** Takes up the agent session of an interrupted run; `prompt` gives the phase's prompt, should a fresh one be needed. */
  adopt(sessionId: string | null, prompt: () => string | Promise<string>): void {
    const { runner } = this.phase.settings;
    this.#firstPrompt = prompt;
    this.#sessionId = sessionId !== null && runner.supportsResume && runner.acceptsSessionId(sessionId) ? sessionId : null;
  }

  /** Whether the next message reaches the agent in its own session. */
  get canGoOn(): boolean {
    return this.#sessionId !== null;
  }

  /** Sends one more message; where the session cannot be continued, a fresh one gets the prompt and the message. */
  async continueWith(message: string): Promise<TurnOutcome> {
    const call = await this.#continuation(message);
    return this.#converse(call, message);
  }

  /** The loop over calls until one ended well. */
  async #converse(first: Call, message: string | null): Promise<TurnOutcome> {
    const { retry } = this.phase.settings;
    this.#waitedMs = 0;
    let call = first;
    /** What is said again where there is no session to go on with. */
    let whole = first;
    let how: Continuation | null = message === null ? null : continuationOf(first);
    let turn = await this.#takeTurn();
    let attempt = 1;
    let recoveries = 0;
    for (;;) {
      const outcome = await this.#call(call, turn, message);
      if (outcome.invalidSession && call.kind === "resume") {
        how = "session_unknown";
        this.#sessionId = null;
        call = await this.#continuation(call.message);
        whole = call;
        continue;
      }
      const isUnchanged = outcome.class === "retryable" && (await this.#isRepeatable(call));
      const next = decideAfterTurn(outcome, {
        attempt,
        maxAttempts: retry.maxAttempts,
        recoveries,
        repeatable: isUnchanged || (message === null && undoesBeforeRetry(this.#context, this.#job, this.phase)),
        now: Number(this.#context.clock.now() / 1_000_000n),
        limitBudgetMs: this.#job.run.limitWaitHours * 3_600_000 - this.#waitedMs,
      });
      switch (next.kind) {
        case "done":
          if (how !== null) this.#context.emit(continueDecision(this.#job.task.id, how));
          this.finalText = outcome.finalText;
          return outcome;
        case "interrupted":
          throw await this.#interrupted();
        case "retry":
          if (!isUnchanged) await this.#undoBeforeRetry(outcome);
          await this.#backOff({ attempt, maxAttempts: retry.maxAttempts }, next.why);
          attempt += 1;
          break;
        case "recover":
          recoveries += 1;
          await this.#backOff({ attempt: recoveries, maxAttempts: SIGNAL_RECOVERIES + 1 }, `ended by ${outcome.signal ?? "a signal"}`);
          call = this.#sessionId === null ? whole : await this.#continuation(signalMessage(outcome.signal ?? "a signal"));
          how = continuationOf(call);
          turn = await this.#takeTurn();
          break;
        case "wait":
          await this.#wait(next.until, outcome.resetsAt);
          call = this.#sessionId === null ? whole : await this.#continuation(limitOverMessage(null));
          how = continuationOf(call);
          break;
        case "fail": {
          const advice = await this.#settle(outcome, next.note);
          call = await this.#continuation(advice);
          whole = call;
          how = continuationOf(call);
          turn = await this.#takeTurn();
          attempt = 1;
          recoveries = 0;
          break;
        }
      }
    }
  }

  async #call(call: Call, turn: number, message: string | null): Promise<TurnOutcome> {
    const { context, job, phase } = { context: this.#context, job: this.#job, phase: this.phase };
    const keys = { task_id: job.task.id, phase: phase.name };
    const { runner, model } = phase.settings;
    await context.holdTurn?.({ taskId: job.task.id, phase: phase.name, runner: runner.id });
    context.emit({
      kind: "turn_started",
      ...keys,
      payload: {
        turn,
        max_turns: job.turns.max,
        call: message === null ? "prompt" : "continue",
        runner: runner.id,
        model,
        ...(message === null ? {} : { message }),
      },
    });
    const outcome = await runTurn(context, {
      runner,
      model,
      effort: phase.settings.effort,
      options: phase.settings.options,
      call,
      cwd: context.root,
      runId: context.runId,
      taskId: job.task.id,
      executable: context.executable,
      onEvent: (payload) => {
        if (payload.type === "session") this.#noteSession(payload.id);
        context.emit({ kind: "agent_event", ...keys, payload });
      },
      onStderr: (text) => context.emit({ kind: "agent_event", ...keys, payload: { type: "raw", text } }),
      onOutput: (stream, text) => context.debug?.output(stream, text),
      onSpawn: (pid) => context.processes.add(pid, "agent", job.task.id),
      onExit: (pid) => context.processes.remove(pid),
      groups: context.groups,
      signal: context.signal,
      idleTimeoutMs: context.config.agent.idle_timeout_minutes * MINUTE_MS,
      turnTimeoutMs: context.config.agent.turn_timeout_minutes * MINUTE_MS,
    });
    await endDetached(context, job.task.id);
    this.#remember(call, outcome);
    const usage = this.#meter.read(outcome);
    this.lastUsage = usage;
    context.emit({
      kind: "turn_finished",
      ...keys,
      payload: { turn, outcome: outcome.kind, duration_ms: Math.round(outcome.durationMs), session_id: outcome.sessionId, usage },
    });
    job.tally.addTime(phase.name, outcome.durationMs);
    job.tally.agents.add(`${runner.id} ${model}`);
    if (usage !== null) job.tally.addUsage(phase.name, usage);
    return outcome;
  }

  /** Saved as soon as the agent names it: a run that is killed during the turn leaves a session to go on with. */
  #noteSession(id: string): void {
    const { runner } = this.phase.settings;
    const { agent_session: saved } = this.#job.record.sidecar;
    if (!runner.supportsResume || !runner.acceptsSessionId(id.trim()) || saved?.id === id.trim()) return;
    this.#job.record.update({ sidecar: { agent_session: { phase: this.phase.number, runner: runner.id, id: id.trim() } } });
  }

  #remember(call: Call, outcome: TurnOutcome): void {
    const { runner } = this.phase.settings;
    const id = outcome.sessionId?.trim() ?? "";
    if (runner.supportsResume && id !== "" && runner.acceptsSessionId(id)) this.#sessionId = id;
    else if (call.kind === "prompt") this.#sessionId = null;
    const agentSession = this.#sessionId === null ? null : { phase: this.phase.number, runner: runner.id, id: this.#sessionId };
    this.#job.record.update({ sidecar: { agent_session: agentSession, turns: this.#job.turns.used } });
  }

  async #continuation(message: string): Promise<Call> {
    if (this.#sessionId !== null) return { kind: "resume", sessionId: this.#sessionId, message };
    return { kind: "prompt", prompt: inFreshSession(await this.#firstPrompt(), message) };
  }

  /** A session goes on where it was; a whole prompt is not given twice over work that was begun. */
  async #isRepeatable(call: Call): Promise<boolean> {
    return call.kind === "resume" || isTreeUnchanged(this.#context, this.phase.tree, this.#job.exclude);
  }

  async #takeTurn(): Promise<number> {
    const { turns, record } = this.#job;
    if (turns.used >= turns.max) throw await turnLimitReached(this.#context, this.#job, this.phase);
    const turn = turns.take(this.#job.task.id);
    record.update({ sidecar: { turns: turn } });
    return turn;
  }

  async #backOff({ attempt, maxAttempts }: { attempt: number; maxAttempts: number }, why: string): Promise<void> {
    const { retry } = this.phase.settings;
    const delay = backoffDelayMs(retry, attempt, Math.random);
    this.#context.emit({
      kind: "retry",
      task_id: this.#job.task.id,
      phase: this.phase.name,
      payload: {
        attempt,
        max_attempts: maxAttempts,
        delay_ms: delay,
        reason: why,
      },
    });
    await this.#context.clock.sleep(delay, this.#context.signal);
    if (this.#context.signal.aborted) throw await this.#interrupted();
  }

  async #wait(until: number, resetsAt: number | null): Promise<void> {
    const from = this.#context.clock.now();
    await waitForUsageLimit(this.#context, {
      taskId: this.#job.task.id,
      phase: this.phase.name,
      runner: this.phase.settings.runner.id,
      until,
      resetsAt,
    });
    this.#waitedMs += Number((this.#context.clock.now() - from) / 1_000_000n);
  }

  /** What a person wants the agent to be told after a failed turn; otherwise the failure is thrown. */
  async #settle(outcome: TurnOutcome, note: string | null): Promise<string> {
    return settleTurn(this.#context, this.#job, this.phase, { outcome, note });
  }

  /** What the failed call changed goes, so that the same prompt finds what it found. */
  async #undoBeforeRetry(outcome: TurnOutcome): Promise<void> {
    const problem = await undoPhase(this.#context, this.#job, this.phase);
    // This throws: where the mode undoes, nobody is asked.
    if (problem !== null) await this.#settle(outcome, `It was not tried again: ${problem}`);
  }

  async #interrupted(): Promise<Error> {
    return interruptedTurn(this.#context, this.#job, this.phase);
  }
}

function continuationOf(call: Call): Continuation {
  return call.kind === "resume" ? "resumed" : "no_session";
}
