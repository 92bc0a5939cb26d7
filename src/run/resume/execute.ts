import { renameSync } from "node:fs";
import { relative } from "node:path";
import { formatTimestamp } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { Books } from "../../queue/books.ts";
import type { RunContext } from "../context.ts";
import { quarantineSession, readSession, removeSession } from "../session/session-file.ts";
import { readSidecar, removeSidecar, sidecarPath } from "../session/sidecar.ts";
import { decideResume, type ResumeInput, type SessionEffect } from "./decide.ts";
import type { ResumeDecision } from "./decision.ts";
import { type EarlierAttempt, earlierAttempt, runsOf } from "./earlier.ts";
import { withRecorded } from "./recorded.ts";
import { ResumeRefusedError } from "./refused.ts";

export interface ResumeWish {
  readonly books: Books;
  /** The task a person named, if any. */
  readonly explicitId: string | null;
  /** Go on with an interrupted task where that is safe, without asking. */
  readonly auto: boolean;
  /** Say so, too, when nothing was interrupted. */
  readonly announceMissing: boolean;
}

/** Where a run begins. */
export interface StartPoint {
  /** The task to go on with; null: whichever the queue gives. */
  readonly taskId: string | null;
  /** Tasks that the interrupted loop had finished. */
  readonly completed: number;
  /** The attempt whose work is in the tree: the one to go on with, or one that a person declined. */
  readonly earlier: EarlierAttempt | null;
}

/** Nothing was interrupted. */
export const FROM_THE_QUEUE: StartPoint = { taskId: null, completed: 0, earlier: null };

/**
 * Decides what becomes of an interrupted task, asks where a person must say it, does it to the saved session and
 * tells it. Call with the queue lock held. Error: `run.resume_refused`.
 */
export async function decideStart(context: RunContext, wish: ResumeWish): Promise<StartPoint> {
  const { askResume, runtimeDir } = context;
  const input: ResumeInput = {
    found: readSession(runtimeDir),
    queue: wish.books.queue.tasks,
    now: context.clock.now(),
    explicitId: wish.explicitId,
    behaviour: wish.auto ? "auto_resume" : "prompt",
    mode: "execute",
    canPrompt: askResume !== null,
    timeoutHours: context.config.agent.session_timeout_hours,
    announceMissing: wish.announceMissing,
    answer: null,
  };
  if (input.found.kind === "session" && input.found.isNewer === true) {
    context.emit({
      kind: "warning",
      message: "The saved session was written by a newer version; what this one does not know of it is ignored.",
    });
  }
  let result = decideResume(input);
  if (result.kind === "ask" && askResume !== null) result = decideResume({ ...input, answer: await askResume(result.question) });
  if (result.kind === "ask") throw new Error("an answered question is not asked again");
  const { decision, resume, effect } = result;
  const sidecar = readSidecar(runtimeDir);
  const kept = carryOut(context, effect);
  if (decision !== null) {
    const told = withRecorded(context, sidecar, decision);
    announceDecision(context, { ...told, detail: context.redact(`${told.detail}${kept}`) });
  }
  if (input.found.kind !== "session") return FROM_THE_QUEUE;
  if (resume !== null) {
    const earlier = earlierAttempt(input.found.session, sidecar, true);
    for (const id of runsOf(earlier)) context.resumedRuns.add(id);
    return { ...resume, earlier };
  }
  const isDeclined = decision?.reason === "session_declined";
  return { ...FROM_THE_QUEUE, earlier: isDeclined ? earlierAttempt(input.found.session, sidecar, false) : null };
}

/** The task to go on with is not there any more, or is finished: its session goes, and the queue gives the next one. */
export function checkTarget(context: RunContext, start: StartPoint, books: Books): StartPoint {
  const { taskId } = start;
  if (taskId === null) return start;
  const task = books.queue.tasks.find((entry) => entry.id.trim() === taskId.trim());
  if (task !== undefined && task.status !== "done" && task.status !== "rejected") return start;
  carryOut(context, "remove");
  announceDecision(context, {
    status: "falling_back_to_fresh_invocation",
    scope: "run_session",
    reason: task === undefined ? "resume_target_missing" : "resume_target_terminal",
    task_id: taskId,
    message: `Resume: ${taskId} ${task === undefined ? "is not in the queue any more" : `is ${task.status}`}, so this is a fresh start.`,
    detail: "Its session is removed.",
  });
  return FROM_THE_QUEUE;
}

/** Tells a decision; one that refuses ends the run. */
function announceDecision(context: RunContext, decision: ResumeDecision): void {
  const task = decision.task_id === undefined ? {} : { task_id: decision.task_id };
  context.emit({ kind: "resume_decision", ...task, message: decision.message, payload: decision });
  if (decision.status === "refusing_to_resume") throw new ResumeRefusedError(decision);
}

/** What becomes of the saved session; returns where it is kept, as a sentence with a leading blank, if it was moved. */
function carryOut(context: RunContext, effect: SessionEffect): string {
  if (effect === "keep") return "";
  if (effect === "remove") {
    removeSession(context.runtimeDir);
    removeSidecar(context.runtimeDir);
    return "";
  }
  const at = context.clock.now();
  try {
    const moved = quarantineSession(context, at);
    if (readSidecar(context.runtimeDir) !== null) renameSync(sidecarPath(context.runtimeDir), `${moved}.state`);
    return ` It was moved to ${relative(context.root, moved)}.`;
  } catch (error) {
    context.log.warn(`The session file could not be set aside at ${formatTimestamp(at)}: ${messageOf(error)}`);
    return "";
  }
}
