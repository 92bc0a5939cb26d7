import { CueLoopError, isCueLoopError } from "../../base/errors.ts";
import { diffPatch } from "../../git/diff.ts";
import { changedPaths } from "../../git/tree.ts";
import { ciFailureMessage, type RecognisedFailure } from "../../prompts/continue-messages.ts";
import { readOwnOutcome } from "../completion/outcome.ts";
import type { RunContext } from "../context.ts";
import { againHint, GateFailedError } from "../errors.ts";
import type { PhaseName } from "../events.ts";
import type { Job } from "../job.ts";
import { endDetached } from "../processes/detached.ts";
import { captureWork } from "../trees.ts";
import type { Conversation } from "../turns/conversation.ts";
import { type Settled, settleFailure } from "../undo/settle.ts";
import { decideAfterGateFailure, type GateVerdict, NO_GATE_FAILURES } from "./decision.ts";
import { outputSnippet, outputTail } from "./display.ts";
import { type Evidence, evidenceOfPass, evidenceWithoutGate } from "./evidence.ts";
import type { GateResult } from "./execute.ts";
import { detectGatePattern } from "./patterns.ts";
import { executeWhole } from "./whole.ts";

/** Lines of the gate's output that events and messages carry. */
const TAIL_LINES = 20;
const SHOWN_CHARACTERS = 500;

export type GateEnd = { readonly kind: "passed"; readonly evidence: Evidence } | { readonly kind: "rejected" };

/**
 * Runs the gate on the present work until it passes, letting the agent repair what fails in its
 * own session. `failed`: a failure that is already known and begins the repairs. Errors: `run.gate_failed`
 * and whatever ends a turn.
 */
export async function passGate(
  context: RunContext,
  job: Job,
  conversation: Conversation,
  failed: GateResult | null = null,
): Promise<GateEnd> {
  let failure = failed;
  for (;;) {
    if (failure === null) {
      const tree = await captureWork(context, job);
      if (!job.gate.enabled) return { kind: "passed", evidence: evidenceWithoutGate(job.gate, tree, context.clock.now()) };
      const at = context.clock.now();
      const pass = { cwd: context.root, tree, since: job.baseTree, phase: conversation.phase.name };
      const result = await runGate(context, job, pass).catch((error: unknown) => {
        throw withoutVerdict(job, error);
      });
      if (result.passed) {
        conversation.gateCounters = { ...NO_GATE_FAILURES, repairs: conversation.gateCounters.repairs };
        return { kind: "passed", evidence: evidenceOfPass(job.gate, { durationMs: result.durationMs, tree, at }) };
      }
      failure = result;
    }
    await repair(context, job, conversation, failure);
    if (readOwnOutcome(context, job.task.id)?.outcome === "rejected") return { kind: "rejected" };
    failure = null;
  }
}

/** One turn of the agent to repair a failure, or the error that ends the task's attempt. */
async function repair(context: RunContext, job: Job, conversation: Conversation, failure: GateResult): Promise<void> {
  const pattern = detectGatePattern(failure.stdout, failure.stderr, context.code?.ciPatterns ?? []);
  if (pattern?.key === "Lock contention") {
    context.emit({
      kind: "warning",
      task_id: job.task.id,
      message: "The gate waits for a lock of another build; stop builds that were left running.",
    });
  }
  const verdict = decideAfterGateFailure(conversation.gateCounters, pattern?.key ?? null);
  conversation.gateCounters = verdict.counters;
  let operatorMessage: string | null = null;
  if (verdict.kind === "repair") {
    context.emit({
      kind: "message",
      task_id: job.task.id,
      phase: conversation.phase.name,
      message: `The gate failed (exit ${failure.exitCode ?? "by signal"}${pattern === null ? "" : `, ${pattern.key}`}); the agent is asked to repair it.`,
    });
  } else {
    const told = failureText(context, job, failure, pattern, verdict);
    const site = verdict.kind === "escalate" ? "ci_escalation" : "ci_failure";
    const settled = await settleFailure(context, job, { site, preface: told, canContinue: true });
    if (settled.kind !== "continue") throw gateFailed(job, failure, pattern, told, settled);
    operatorMessage = settled.message;
    if (verdict.kind === "escalate") conversation.gateCounters = NO_GATE_FAILURES;
  }
  await conversation.continueWith(
    ciFailureMessage({
      gate: job.gate.display,
      exitCode: failure.exitCode,
      snippet: context.redact(outputSnippet(failure.stdout, failure.stderr)),
      pattern,
      operatorMessage,
    }),
  );
}

export interface GatePass {
  readonly cwd: string;
  /** The tree that is gated. */
  readonly tree: string;
  /** Tree, commit or ref that the work began from; null: it is not known any more. */
  readonly since: string | null;
  readonly phase?: PhaseName;
}

/** Runs the gate once, with its events: the command, then the hooks. The plan must be an enabled one. */
export async function runGate(context: RunContext, job: Pick<Job, "gate" | "task" | "exclude">, pass: GatePass): Promise<GateResult> {
  const { display } = job.gate;
  const keys = { task_id: job.task.id, ...(pass.phase === undefined ? {} : { phase: pass.phase }) };
  context.emit({ kind: "gate_started", ...keys, payload: { display, tree: pass.tree } });
  const { since, tree } = pass;
  const range = since === null ? null : { from: since, to: tree, exclude: job.exclude };
  const work = {
    task: job.task,
    changedFiles: async () => (range === null ? [] : changedPaths(context, range.from, range.to, range)),
    diff: async () => (range === null ? "" : diffPatch(context, range)),
  };
  const { result } = await executeWhole(context, job.gate, { cwd: pass.cwd, taskId: job.task.id, work }).finally(() =>
    endDetached(context, job.task.id),
  );
  context.emit({
    kind: "gate_finished",
    ...keys,
    payload: {
      display,
      passed: result.passed,
      exit_code: result.exitCode,
      pattern: result.passed ? null : (detectGatePattern(result.stdout, result.stderr, context.code?.ciPatterns ?? [])?.key ?? null),
      duration_ms: Math.round(result.durationMs),
      tree: pass.tree,
      output_tail: context.redact(outputTail(result.stdout, result.stderr, TAIL_LINES)),
    },
  });
  return result;
}

/** A gate that gave no verdict is nothing the work can be blamed for. */
function withoutVerdict(job: Job, error: unknown): unknown {
  const isNone = isCueLoopError(error, "run.gate_timeout") || isCueLoopError(error, "run.gate_not_started");
  if (!isNone) return error;
  const { code, message, hint = "" } = error;
  return new CueLoopError(code, { message, hint: `${hint}\n${againHint(job.task.id)}`, where: { taskId: job.task.id } });
}

function failureText(context: RunContext, job: Job, failure: GateResult, pattern: RecognisedFailure | null, verdict: GateVerdict): string {
  const label = pattern === null ? "" : ` [${pattern.key}]`;
  const why =
    verdict.kind === "escalate"
      ? `The same failure came ${verdict.counters.samePattern} times in a row and needs a person. ${pattern?.action ?? ""}`.trim()
      : `The agent was asked ${verdict.counters.repairs} times to repair it.`;
  const output = [failure.stderr, failure.stdout]
    .map((text) => text.trim().slice(-SHOWN_CHARACTERS))
    .filter((text) => text !== "")
    .join("\n");
  const what = `The gate (${job.gate.display}) failed for ${job.task.id} with exit ${failure.exitCode ?? -1}${label}.`;
  return context.redact([what, why, output].filter((line) => line !== "").join("\n"));
}

function gateFailed(job: Job, failure: GateResult, pattern: RecognisedFailure | null, told: string, settled: Settled): GateFailedError {
  const ending = settled.kind === "end" ? settled.ending : null;
  return new GateFailedError(job.task.id, {
    exitCode: failure.exitCode,
    pattern: pattern?.key ?? null,
    stdout: failure.stdout,
    stderr: failure.stderr,
    message: ending === null ? told : `${told}\n${ending.statement}`,
    hint: ending?.hint ?? againHint(job.task.id),
  });
}
