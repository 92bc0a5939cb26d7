import type { Instant } from "../../base/clock.ts";
import type { FoundSession, SessionFile } from "../session/session-file.ts";
import type { ResumeDecision, ResumeReason, ResumeStatus } from "./decision.ts";
import { sessionLine } from "./describe.ts";
import { type ActiveTask, type SessionValidation, validateSession } from "./validate.ts";

export interface ResumeInput {
  readonly found: FoundSession;
  /** Tasks of the active queue. */
  readonly queue: readonly ActiveTask[];
  readonly now: Instant;
  /** The task a person named, if any. */
  readonly explicitId: string | null;
  /** Ask, or resume where that is safe. */
  readonly behaviour: "prompt" | "auto_resume";
  /** A preview changes nothing, asks nothing. */
  readonly mode: "preview" | "execute";
  /** A person can be asked. */
  readonly canPrompt: boolean;
  readonly timeoutHours: number | null;
  /** Say so, too, when there is no session. */
  readonly announceMissing: boolean;
  /** The person's answer to the question asked for the same input before; null: not asked yet. */
  readonly answer: boolean | null;
}

/** What happens to the saved session; carried out by whoever acts on the decision. */
export type SessionEffect = "keep" | "remove" | "quarantine";

export interface ResumeQuestion {
  readonly kind: "resume" | "resume_old" | "start_fresh";
  /** Null when it cannot be read; `problem` says why then. */
  readonly session: SessionFile | null;
  readonly problem: string;
  /** Whole hours since the session was written last; only for an old one. */
  readonly hours: number | null;
  readonly thresholdHours: number;
  /** What Enter means. */
  readonly initial: boolean;
}

export type ResumeResult =
  | { readonly kind: "ask"; readonly question: ResumeQuestion }
  | {
      readonly kind: "decided";
      /** Null: there is nothing to tell. */
      readonly decision: ResumeDecision | null;
      /** The task to go on with, and how many tasks its loop had finished. */
      readonly resume: { readonly taskId: string; readonly completed: number } | null;
      readonly effect: SessionEffect;
    };

/** Shown where no timeout is configured. */
const DEFAULT_THRESHOLD_HOURS = 24;

/** Whether a run goes on with an interrupted task, starts afresh, or refuses until a person decides. */
export function decideResume(input: ResumeInput): ResumeResult {
  const validation = validateSession(input.found, input.queue, input.now, input.timeoutHours);
  switch (validation.kind) {
    case "no_session":
      return withoutSession(input);
    case "corrupt":
      return corrupt(input, validation.reason);
    case "stale":
      return decided(
        fresh("session_stale", null, `Resume: the saved session is stale, so this is a fresh start.`, stale(validation)),
        input.mode === "execute" ? "remove" : "keep",
      );
    case "timed_out":
      return isOther(input, validation.session)
        ? overridden(input, validation.session)
        : timedOut(input, validation.session, validation.hours);
    case "valid":
      return isOther(input, validation.session) ? overridden(input, validation.session) : valid(input, validation.session);
  }
}

function withoutSession(input: ResumeInput): ResumeResult {
  if (!input.announceMissing) return { kind: "decided", decision: null, resume: null, effect: "keep" };
  return decided(
    fresh("no_session", null, "Resume: there is no interrupted task, so this is a fresh start.", "No session is saved."),
    "keep",
  );
}

function valid(input: ResumeInput, session: SessionFile): ResumeResult {
  const { task_id: id } = session;
  if (input.behaviour === "auto_resume")
    return resuming(session, "session_valid", `Resume: going on with ${id}.`, sessionLine(session, input.now));
  if (!asks(input)) {
    const message = `Resume: ${id} was interrupted; whether to go on with it is for you to say.`;
    return decided(refusal("resume_confirmation_required", id, message, `${sessionLine(session, input.now)} ${WAYS_ON}`), "keep");
  }
  if (input.answer === null) return { kind: "ask", question: question(input, "resume", session, null) };
  if (input.answer) return resuming(session, "session_valid", `Resume: going on with ${id}, as you said.`, sessionLine(session, input.now));
  return declined(input, session);
}

function timedOut(input: ResumeInput, session: SessionFile, hours: number): ResumeResult {
  const { task_id: id } = session;
  const threshold = input.timeoutHours ?? DEFAULT_THRESHOLD_HOURS;
  const age = `From ${threshold} h on (\`agent.session_timeout_hours\`) it takes your word.`;
  if (!asks(input)) {
    const message = `Resume: the session of ${id} is ${hours} h old; whether to go on with it is for you to say.`;
    return decided(
      refusal("session_timed_out_requires_confirmation", id, message, `${sessionLine(session, input.now)} ${age} ${WAYS_ON_OLD}`),
      "keep",
    );
  }
  if (input.answer === null) return { kind: "ask", question: question(input, "resume_old", session, hours) };
  if (input.answer) {
    return resuming(
      session,
      "session_timed_out_confirmed",
      `Resume: going on with ${id}, ${hours} h old, as you said.`,
      `${sessionLine(session, input.now)} ${age}`,
    );
  }
  return declined(input, session);
}

function corrupt(input: ResumeInput, reason: string): ResumeResult {
  const effect = input.mode === "execute" ? "quarantine" : "keep";
  const told = `${SESSION_FILE} cannot be read (${reason}).`;
  if (input.mode === "preview") {
    const message = "Resume: the saved session cannot be read; a run would set it aside.";
    return decided(refusal("session_cache_corrupt", null, message, `${told} A preview leaves it where it is.`), effect);
  }
  const startFresh = () =>
    decided(fresh("session_cache_corrupt", null, "Resume: the saved session cannot be read, so this is a fresh start.", told), effect);
  if (input.behaviour === "auto_resume") return startFresh();
  if (input.canPrompt && input.answer === null) return { kind: "ask", question: question(input, "start_fresh", null, null) };
  if (input.canPrompt && input.answer === true) return startFresh();
  const message = "Resume: the saved session cannot be read; nothing was started.";
  return decided(refusal("session_cache_corrupt", null, message, `${told} ${SET_ASIDE}`), effect);
}

function declined(input: ResumeInput, session: SessionFile): ResumeResult {
  const effect = input.mode === "execute" ? "remove" : "keep";
  const detail = `${sessionLine(session, input.now)} Its session ${effect === "remove" ? "is removed" : "stays"}; what it changed is still in the tree.`;
  return decided(fresh("session_declined", session.task_id, `Resume: not going on with ${session.task_id}, as you said.`, detail), effect);
}

function overridden(input: ResumeInput, session: SessionFile): ResumeResult {
  const message = `Resume: you named another task, so ${session.task_id} is not gone on with.`;
  const detail = `${sessionLine(session, input.now)} Its session is replaced when the other task begins.`;
  return decided(fresh("explicit_task_selection_overrides_session", session.task_id, message, detail), "keep");
}

const WAYS_ON = "`cueloop run resume` goes on with it; on a terminal `cueloop run one` asks, and can start it afresh, too.";
const WAYS_ON_OLD = "On a terminal `cueloop run resume` asks; `cueloop run one --id TASK_ID` begins another task.";
const SESSION_FILE = ".cueloop/cache/session.jsonc";
const SET_ASIDE = "It is set aside, so that the next start finds none: start again, and the task begins afresh.";

function isOther(input: ResumeInput, session: SessionFile): boolean {
  return input.explicitId !== null && input.explicitId.trim() !== session.task_id.trim();
}

/** A preview never asks, whatever could be asked. */
function asks(input: ResumeInput): boolean {
  return input.canPrompt && (input.mode === "execute" || input.answer !== null);
}

function question(input: ResumeInput, kind: ResumeQuestion["kind"], session: SessionFile | null, hours: number | null): ResumeQuestion {
  return {
    kind,
    session,
    problem: input.found.kind === "corrupt" ? input.found.reason : "",
    hours,
    thresholdHours: input.timeoutHours ?? DEFAULT_THRESHOLD_HOURS,
    initial: kind === "resume",
  };
}

function stale(validation: Extract<SessionValidation, { kind: "stale" }>): string {
  return `The session of ${validation.session.task_id} does not count: ${validation.reason}.`;
}

function resuming(session: SessionFile, reason: ResumeReason, message: string, detail: string): ResumeResult {
  return {
    kind: "decided",
    decision: decision("resuming_same_session", reason, session.task_id, message, detail),
    resume: { taskId: session.task_id, completed: session.tasks_completed_in_loop },
    effect: "keep",
  };
}

function fresh(reason: ResumeReason, taskId: string | null, message: string, detail: string): ResumeDecision {
  return decision("falling_back_to_fresh_invocation", reason, taskId, message, detail);
}

function refusal(reason: ResumeReason, taskId: string | null, message: string, detail: string): ResumeDecision {
  return decision("refusing_to_resume", reason, taskId, message, detail);
}

function decision(status: ResumeStatus, reason: ResumeReason, taskId: string | null, message: string, detail: string): ResumeDecision {
  return { status, scope: "run_session", reason, ...(taskId === null ? {} : { task_id: taskId }), message, detail };
}

function decided(made: ResumeDecision, effect: SessionEffect): ResumeResult {
  return { kind: "decided", decision: made, resume: null, effect };
}
