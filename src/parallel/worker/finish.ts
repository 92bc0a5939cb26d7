import { join } from "node:path";
import * as v from "valibot";
import { formatTimestamp } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { writeAtomic } from "../../base/files.ts";
import { readJson } from "../../base/json/read.ts";
import { isAncestor } from "../../git/ancestry.ts";
import { headCommit } from "../../git/repository.ts";
import { readOwnOutcome } from "../../run/completion/outcome.ts";
import type { RunContext } from "../../run/context.ts";
import { evidenceText } from "../../run/gate/evidence.ts";
import { HistoryEntry } from "../../run/history.ts";
import { historyEntry } from "../../run/history-entry.ts";
import type { Job } from "../../run/job.ts";
import type { Conversation } from "../../run/turns/conversation.ts";
import { blockedMarkerPath, workerFiles } from "../files/paths.ts";
import { type ResultFile, writeResult } from "../files/result-file.ts";
import type { Account, Send } from "./account.ts";
import { archiveCopy } from "./archive.ts";
import type { Integrated } from "./integrate/integrate.ts";

/** How a worker leaves. */
export interface Ending {
  readonly context: RunContext;
  readonly account: Account;
  readonly send: Send;
  readonly token: string;
  readonly taskId: string;
  /** The worker's run directory. */
  readonly directory: string;
  /** The commit the worktree was made from. */
  readonly base: string;
}

export interface Worked {
  readonly job: Job;
  readonly conversation: Conversation;
}

/** Exit codes of a worker. */
export const EXIT = { well: 0, failed: 1, interrupted: 75 } as const;

/** The phases are finished, and so is the integration, well or not. Returns the exit code. */
export async function finishIntegrated(ending: Ending, { job, conversation }: Worked, end: Integrated): Promise<number> {
  if (end.kind === "blocked") return finishBlocked(ending, end.reason);
  if (end.kind === "rejected") return finishRejected(ending, { job, conversation });
  const { context, account } = ending;
  const evidence = evidenceText(end.evidence);
  const notes = readOwnOutcome(context, job.task.id)?.notes ?? [];
  const agent = agentOf(conversation);
  await archiveCopy(context, job, { status: "done", notes, evidence, agent });
  report(ending, {
    ...blank(ending),
    outcome: "ready",
    base: end.base,
    tip: end.tip,
    changed: end.tip !== end.base,
    ci: { ran: job.gate.enabled, passed: true },
    evidence,
    notes,
    agent,
    history: keptHistory(ending, job, evidence),
  });
  account.enter("ready");
  return EXIT.well;
}

/** The agent says that the task should not be done. */
export async function finishRejected(ending: Ending, { job, conversation }: Worked): Promise<number> {
  const { context, account, base } = ending;
  const notes = readOwnOutcome(context, job.task.id)?.notes ?? [];
  const agent = agentOf(conversation);
  await archiveCopy(context, job, { status: "rejected", notes, evidence: null, agent });
  const tip = await headCommit(context);
  const changed = tip !== null && !(await isAncestor(context, tip, base));
  report(ending, { ...blank(ending), outcome: "rejected", tip, changed, notes, agent });
  account.enter("ready");
  return EXIT.well;
}

/** The work cannot be brought in; nothing of it is lost. */
export async function finishBlocked(ending: Ending, reason: string): Promise<number> {
  const { context, account, taskId } = ending;
  const tip = await headCommit(context).catch(() => null);
  const marker = {
    task_id: taskId,
    reason,
    attempt: account.attempt,
    max_attempts: context.config.parallel.max_push_attempts,
    generated_at: formatTimestamp(context.clock.now()),
  };
  try {
    writeAtomic(blockedMarkerPath(context.runtimeDir), `${JSON.stringify(marker, null, 2)}\n`);
  } catch (error) {
    context.log.warn(`The blocked marker of ${taskId} was not written: ${messageOf(error)}`);
  }
  report(ending, { ...blank(ending), outcome: "blocked", tip, changed: tip !== null && tip !== ending.base, reason });
  account.enter("blocked");
  context.log.error(`${taskId} cannot be brought in: ${reason}`);
  return EXIT.failed;
}

/** The phases were not finished. */
export function finishFailed(ending: Ending, reason: string): number {
  report(ending, { ...blank(ending), outcome: "failed", reason });
  ending.context.log.error(reason);
  return EXIT.failed;
}

function blank({ account, base, context, taskId, token }: Ending): ResultFile {
  return {
    version: 1,
    task_id: taskId,
    token,
    outcome: "failed",
    base,
    tip: null,
    changed: false,
    ci: { ran: false, passed: false },
    attempts: account.attempt,
    turns: account.turns,
    session: account.session,
    finished_at: formatTimestamp(context.clock.now()),
    evidence: null,
    notes: [],
    agent: null,
    reason: null,
    history: null,
  };
}

/** The file first: it is what counts. */
function report({ directory, send }: Ending, result: ResultFile): void {
  writeResult(workerFiles(directory).result, result);
  send({ kind: "result", result });
}

function agentOf({ phase }: Conversation): { readonly runner: string; readonly model: string } {
  return { runner: phase.settings.runner.id, model: phase.settings.model };
}

/** A worker that only integrates knows nothing of the phases' time: what the one before it measured is kept beside the result. */
function keptHistory({ context, directory }: Ending, job: Job, evidence: string): HistoryEntry | null {
  const path = join(directory, "history.json");
  const phases = [...job.tally.durations.values()].some((time) => time > 0) ? historyEntry(context, job, evidence) : null;
  const earlier = readJson(HistoryEntry, path);
  if (earlier !== null) return { ...earlier, evidence };
  if (phases !== null) writeAtomic(path, `${JSON.stringify(v.parse(HistoryEntry, phases), null, 2)}\n`, { mode: 0o600 });
  return phases;
}
