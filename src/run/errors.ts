import { CueLoopError, isCueLoopError } from "../base/errors.ts";
import type { ClaimHolder } from "../queue/claims/claim.ts";
import { holderText } from "../queue/claims/held.ts";
import type { TurnOutcome } from "../runners/turn.ts";
import type { Ending } from "./undo/ending.ts";

/** Ctrl-C, SIGTERM or SIGHUP; not counted as a failure of the task. */
export function interrupted(taskId: string | null, cause?: unknown): CueLoopError {
  return new CueLoopError("run.interrupted", {
    ...(cause === undefined ? {} : { cause }),
    message: taskId === null ? "The run was interrupted." : `The run was interrupted while it worked on ${taskId}.`,
    ...(taskId === null
      ? {}
      : {
          hint: `${taskId} stays \`doing\` and its changes are in the tree; \`cueloop run resume\` goes on with it.`,
          where: { taskId },
        }),
  });
}

/** The same, where what the task had changed was undone, or was to be. */
export function interruptedAfterUndo(taskId: string, { statement, hint }: Ending): CueLoopError {
  return new CueLoopError("run.interrupted", {
    message: `The run was interrupted while it worked on ${taskId}.\n${statement}`,
    hint,
    where: { taskId },
  });
}

/** A task's agent has no turn left. */
export function turnLimit(taskId: string, max: number, ending: Ending | null): CueLoopError {
  const message = `${taskId} has used its ${max} agent turns (\`--max-turns\` allows more).`;
  return new CueLoopError("run.turn_limit", {
    message: ending === null ? message : `${message}\n${ending.statement}`,
    hint: ending?.hint ?? againHint(taskId),
    where: { taskId },
  });
}

/** The task's claim is another run's, or was removed, while this one worked it: nothing more is done for it. */
export function claimLost(taskId: string, holder: ClaimHolder | null): CueLoopError {
  const whose = holder === null ? "its claim was removed" : `another run works it: ${holderText(holder)}`;
  return new CueLoopError("run.claim_lost", {
    message: `${taskId} is no longer this run's: ${whose}. It was not archived.`,
    hint: againHint(taskId),
    where: { taskId },
  });
}

/** A loop that goes on after failures met nothing else. */
export function tooManyFailures(count: number, last: CueLoopError): CueLoopError {
  return new CueLoopError("run.too_many_failures", {
    message: `${count} tasks failed one after the other, so the loop ended. The last: ${last.message}`,
    hint: "Each of them has a note with its reason: `cueloop task show TASK_ID`. `cueloop run loop` takes them again.",
  });
}

/** A stop request ended a wait inside a task. */
export function stopRequested(taskId: string): CueLoopError {
  return new CueLoopError("run.stop_requested", {
    message: `Stopped on request while ${taskId} waited for a usage limit.`,
    hint: `${taskId} stays \`doing\`.`,
    where: { taskId },
  });
}

/** The gate failed for good. */
export class GateFailedError extends CueLoopError {
  /** Null when the gate was ended by a signal. */
  readonly exitCode: number | null;
  /** Key of the recognised pattern. */
  readonly pattern: string | null;
  readonly stdout: string;
  readonly stderr: string;

  constructor(
    taskId: string,
    facts: { exitCode: number | null; pattern: string | null; stdout: string; stderr: string; message: string; hint: string },
  ) {
    super("run.gate_failed", { message: facts.message, hint: facts.hint, where: { taskId } });
    this.exitCode = facts.exitCode;
    this.pattern = facts.pattern;
    this.stdout = facts.stdout;
    this.stderr = facts.stderr;
  }
}

/** The gate failure behind an error, however often it was wrapped. */
export function gateFailureIn(error: unknown): GateFailedError | null {
  for (let current = error; current instanceof Error; current = current.cause) if (current instanceof GateFailedError) return current;
  return null;
}

export interface AgentFailure {
  readonly taskId: string;
  readonly phase: string;
  readonly runner: string;
  readonly outcome: Pick<TurnOutcome, "class" | "reason" | "message">;
  readonly notes: readonly string[];
  /** Where what the agent printed is kept, one sentence a file. */
  readonly dumps: readonly string[];
  /** Null where a failure never undoes anything. */
  readonly ending: Ending | null;
}

/** An agent's turn ended badly and was not repeated. A person who has it undone takes the task back: that is no failure of it. */
export function agentFailed(failure: AgentFailure): CueLoopError {
  const lines = [`${failure.runner} failed in the ${failure.phase} of ${failure.taskId}: ${failure.outcome.message}`];
  lines.push(...failure.notes, ...failure.dumps);
  const { ending } = failure;
  if (ending !== null) lines.push(ending.statement);
  const isTakenBack = ending?.outcome.kind === "undone" && ending.outcome.by === "person";
  return new CueLoopError(isTakenBack ? "run.user_revert" : "run.agent_failed", {
    message: lines.join("\n"),
    hint: hintAfter(failure),
    where: { taskId: failure.taskId },
  });
}

function hintAfter({ runner, taskId, outcome, ending }: AgentFailure): string {
  if (ending !== null && ending.outcome.kind !== "kept") return ending.hint;
  const next = ending?.hint ?? againHint(taskId);
  if (outcome.class === "needs_user") {
    const remedy = outcome.reason === "authentication" ? `Log in to ${runner}, or correct its key` : `Correct the setup of ${runner}`;
    return `${remedy}; then \`cueloop run resume\` goes on with it. ${taskId} stays \`doing\`, and what was changed is in the tree.`;
  }
  if (outcome.reason !== "rate_limit") return next;
  return `Wait until the limit of ${runner} is over, or name another agent with \`--runner\`.\n${next}`;
}

/** The way on from a task that was left `doing`; the first line alone says how it was left. */
export function againHint(taskId: string): string {
  return nextSteps(taskId, "; nothing was undone,");
}

/** The same, where it was said before that nothing was undone. */
export function nextSteps(taskId: string, aside = " and"): string {
  return [
    `${taskId} stays \`doing\`${aside} its changes are in the tree. Next, as you like:`,
    ...columns([
      [`cueloop task diff ${taskId}`, "see the changes"],
      ["cueloop gate", "try the gate on them"],
      ["cueloop run resume", "have the agent go on from there"],
      [PUT_ASIDE, "put the changes aside; then resume it, or"],
      [`cueloop task reject ${taskId}`, "give the task up"],
    ]),
  ].join("\n");
}

/** Takes every change out of the tree but those of the queue. */
export const PUT_ASIDE = "git stash -u -- . ':!.cueloop'";

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([command]) => command.length));
  return rows.map(([command, meaning]) => `  ${command.padEnd(width)}  ${meaning}`);
}

/** Whether an error that ended a task attempt counts as the task's failure. */
export function isCountedFailure(error: unknown): boolean {
  return ![
    "run.interrupted",
    "run.user_revert",
    "run.too_many_failures",
    "run.stop_requested",
    "queue.interrupted",
    "git.interrupted",
    "run.dirty_repository",
    "run.resume_refused",
    "run.nothing_to_resume",
    "ui.cancelled",
    "queue.lock_held",
    "run.claimed",
    "run.claim_lost",
    "hook.failed",
    "hook.skipped",
    "queue.invalid",
  ].some((code) => isCueLoopError(error, code));
}
