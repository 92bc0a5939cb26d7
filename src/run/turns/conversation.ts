import { backoffDelayMs } from "../../base/backoff.ts";
import { inFreshSession, limitOverMessage, signalMessage } from "../../prompts/continue-messages.ts";
import { runTurn, type TurnOutcome } from "../../runners/turn.ts";
import type { RunContext } from "../context.ts";
import { agentFailed, interrupted } from "../errors.ts";
import type { PhaseName, UsageTotals } from "../events.ts";
import { type GateCounters, NO_GATE_FAILURES } from "../gate/decision.ts";
import type { Job } from "../job.ts";
import type { PhaseNumber } from "../options.ts";
import { endDetached } from "../processes/detached.ts";
import type { PhaseSettings } from "../settings/phase-settings.ts";
import { isTreeUnchanged } from "../trees.ts";
import { decideAfterTurn } from "./decide.ts";
import { saveDumps } from "./dumps.ts";
import { waitForUsageLimit } from "./wait.ts";

/** Without a byte of output, and in all. */
const IDLE_TIMEOUT_MS = 60 * 60_000;
const TURN_TIMEOUT_MS = 120 * 60_000;

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
  readonly #context: RunContext;
  readonly #job: Job;
  #firstPrompt = "";
  #sessionId: string | null = null;
  #waitedMs = 0;
  #totals: { readonly sessionId: string | null; readonly usage: UsageTotals } | null = null;

  constructor(context: RunContext, job: Job, phase: ConversationPhase) {
    this.#context = context;
    this.#job = job;
    this.phase = phase;
  }

  /** Begins the agent session with the phase's prompt. */
  async begin(prompt: string): Promise<TurnOutcome> {
    this.#firstPrompt = prompt;
    return this.#converse({ kind: "prompt", prompt }, null);
  }

  /** Sends one more message; where the session cannot be continued, a fresh one gets the prompt and the message. */
  async continueWith(message: string): Promise<TurnOutcome> {
    const call = this.#continuation(message);
    const outcome = await this.#converse(call, message);
    this.#announce(call, false);
    return outcome;
  }

  /** The loop over calls until one ended well. */
  async #converse(first: Call, message: string | null): Promise<TurnOutcome> {
    const { retry } = this.phase.settings;
    let call = first;
    let turn = this.#takeTurn();
    let attempt = 1;
    let recoveries = 0;
    for (;;) {
      const outcome = await this.#call(call, turn, message);
      if (outcome.invalidSession && call.kind === "resume") {
        this.#announce(call, true);
        this.#sessionId = null;
        call = this.#continuation(call.message);
        continue;
      }
      const next = decideAfterTurn(outcome, {
        attempt,
        maxAttempts: retry.maxAttempts,
        recoveries,
        unchangedTree: outcome.class === "retryable" && (await isTreeUnchanged(this.#context, this.phase.tree, this.#job.exclude)),
        now: Number(this.#context.clock.now() / 1_000_000n),
        limitBudgetMs: this.#job.run.limitWaitHours * 3_600_000 - this.#waitedMs,
      });
      switch (next.kind) {
        case "done":
          return outcome;
        case "interrupted":
          throw interrupted(this.#job.task.id);
        case "retry":
          await this.#backOff(attempt, next.why);
          attempt += 1;
          break;
        case "recover":
          recoveries += 1;
          call = this.#sessionId === null ? first : this.#continuation(signalMessage(outcome.signal ?? "a signal"));
          turn = this.#takeTurn();
          break;
        case "wait":
          await this.#wait(next.until, outcome.resetsAt);
          call = this.#sessionId === null ? first : this.#continuation(limitOverMessage(null));
          break;
        case "fail":
          throw this.#failure(outcome, next.note);
      }
    }
  }

  async #call(call: Call, turn: number, message: string | null): Promise<TurnOutcome> {
    const { context, job, phase } = { context: this.#context, job: this.#job, phase: this.phase };
    const keys = { task_id: job.task.id, phase: phase.name };
    const { runner, model } = phase.settings;
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
      onEvent: (payload) => context.emit({ kind: "agent_event", ...keys, payload }),
      onStderr: (text) => context.emit({ kind: "agent_event", ...keys, payload: { type: "raw", text } }),
      onSpawn: (pid) => context.processes.add(pid, "agent", job.task.id),
      onExit: (pid) => context.processes.remove(pid),
      groups: context.groups,
      signal: context.signal,
      idleTimeoutMs: IDLE_TIMEOUT_MS,
      turnTimeoutMs: TURN_TIMEOUT_MS,
    });
    await endDetached(context, job.task.id);
    this.#remember(call, outcome);
    const usage = this.#usageOf(outcome);
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

  #remember(call: Call, outcome: TurnOutcome): void {
    const { runner } = this.phase.settings;
    const id = outcome.sessionId?.trim() ?? "";
    if (runner.supportsResume && id !== "" && runner.acceptsSessionId(id)) this.#sessionId = id;
    else if (call.kind === "prompt") this.#sessionId = null;
    const agentSession = this.#sessionId === null ? null : { phase: this.phase.number, runner: runner.id, id: this.#sessionId };
    this.#job.record.update({ sidecar: { agent_session: agentSession, turns: this.#job.turns.used } });
  }

  #continuation(message: string): Call {
    if (this.#sessionId !== null) return { kind: "resume", sessionId: this.#sessionId, message };
    return { kind: "prompt", prompt: inFreshSession(this.#firstPrompt, message) };
  }

  /** Tells whether a message reached the agent's own session or a fresh one. */
  #announce(call: Call, invalid: boolean): void {
    const taskId = this.#job.task.id;
    const resumed = call.kind === "resume" && !invalid;
    const reason = resumed ? "session_valid" : invalid ? "runner_session_invalid" : "missing_runner_session_id";
    const message = resumed
      ? `Resume: the agent session of ${taskId} was continued.`
      : `Resume: a fresh agent session was started for ${taskId}, with the whole prompt.`;
    this.#context.emit({
      kind: "resume_decision",
      task_id: taskId,
      message,
      payload: {
        status: resumed ? "resuming_same_session" : "falling_back_to_fresh_invocation",
        scope: "continue_session",
        reason,
        task_id: taskId,
        message,
        detail: invalid
          ? "The agent does not know the session any more."
          : resumed
            ? ""
            : "The agent has no session that could be continued.",
      },
    });
  }

  #takeTurn(): number {
    const turn = this.#job.turns.take(this.#job.task.id);
    this.#job.record.update({ sidecar: { turns: turn } });
    return turn;
  }

  async #backOff(attempt: number, why: string): Promise<void> {
    const { retry } = this.phase.settings;
    const delay = backoffDelayMs(retry, attempt, Math.random);
    this.#context.emit({
      kind: "retry",
      task_id: this.#job.task.id,
      phase: this.phase.name,
      payload: {
        attempt,
        max_attempts: retry.maxAttempts,
        delay_ms: delay,
        reason: why,
      },
    });
    await this.#context.clock.sleep(delay, this.#context.signal);
    if (this.#context.signal.aborted) throw interrupted(this.#job.task.id);
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

  #failure(outcome: TurnOutcome, note: string | null): Error {
    return agentFailed({
      taskId: this.#job.task.id,
      phase: this.phase.name,
      runner: this.phase.settings.runner.id,
      outcome,
      notes: note === null ? [] : [note],
      dumps: saveDumps(this.#context, outcome),
    });
  }

  /** What this call used; sessions that report running totals are counted by difference. */
  #usageOf(outcome: TurnOutcome): UsageTotals | null {
    if (outcome.usage === null) return null;
    const { cumulative, ...reported } = outcome.usage;
    if (!cumulative) return reported;
    const before = this.#totals?.sessionId === outcome.sessionId ? this.#totals.usage : null;
    this.#totals = { sessionId: outcome.sessionId, usage: reported };
    return before === null ? reported : usageSince(before, reported);
  }
}

function usageSince(before: UsageTotals, now: UsageTotals): UsageTotals {
  return {
    input_tokens: Math.max(0, now.input_tokens - before.input_tokens),
    output_tokens: Math.max(0, now.output_tokens - before.output_tokens),
    cache_read_tokens: Math.max(0, now.cache_read_tokens - before.cache_read_tokens),
    cost: now.cost === null ? null : Math.max(0, now.cost - (before.cost ?? 0)),
  };
}
