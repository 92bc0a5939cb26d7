import { CueLoopError } from "../base/errors.ts";
import { type Books, type QueueFile, sharedEnds } from "./books.ts";
import { findInterruptedArchives, interruptedArchiveNotice } from "./heal.ts";
import type { IdRules } from "./ids.ts";
import { Findings, type Place, type Warning } from "./rules/finding.ts";
import { checkParents, checkRelations } from "./rules/relations.ts";
import { Roster } from "./rules/roster.ts";
import { checkTask, doubtTask } from "./rules/task-rules.ts";
import { isTerminal } from "./status.ts";
import type { Task } from "./task.ts";

export type { Warning } from "./rules/finding.ts";

export interface ValidationRules {
  readonly idPrefix: string;
  readonly idWidth: number;
  /** A longer chain of dependencies is a warning. */
  readonly maxDependencyDepth: number;
  /** True when the done file exists or holds tasks; its version is then checked as well. */
  readonly donePresent: boolean;
  /** Names of the two files in errors. */
  readonly queueFile?: string;
  readonly doneFile?: string;
}

/**
 * Checks both files by every rule about tasks. Stops at the first error, `queue.invalid`, which names the task,
 * its place, the field and what to change; collects what is merely doubtful.
 * @param passed books that have passed with the same form of ids: what a task is by itself is not checked again where
 * the very same object stands at the same end of the same file
 * @param quiet `passed` gave rise to no warning, by rules that were the same: a task of its own behind them is all that is checked
 */
export function validateQueueSet(
  books: Books,
  rules: ValidationRules,
  passed?: Books,
  quiet = false,
): { readonly warnings: readonly Warning[] } {
  const findings = new Findings();
  const ids: IdRules = { prefix: rules.idPrefix, width: rules.idWidth };
  const added = quiet && passed !== undefined ? loneAddition(passed, books) : null;
  if (added !== null) {
    checkTask(added.task, added.index, place("queue", rules), ids, findings);
    doubtTask(added.task, findings);
    return { warnings: findings.warnings };
  }
  const roster = new Roster(books);
  checkFile(books.queue, { where: place("queue", rules), ids, passed: passed?.queue.tasks ?? [], unique: roster.unique }, findings);
  if (rules.donePresent || books.done.tasks.length > 0) {
    checkFile(books.done, { where: place("done", rules), ids, passed: passed?.done.tasks ?? [], unique: roster.unique }, findings);
    checkAllFinished(books.done, rules, findings);
    if (!roster.unique) checkAcross(books, rules, findings);
  }
  checkRelations(roster, { ...rules, place: (file) => place(file, rules) }, findings);
  checkParents(roster, (file) => place(file, rules), findings);
  return { warnings: findings.warnings };
}

/**
 * The one task that is new, behind all others, under an id nobody has and without a word about other tasks; null when
 * the change is another. Nobody speaks of it either, since nobody without a warning speaks of a task that is not there.
 */
function loneAddition(passed: Books, books: Books): { readonly task: Task; readonly index: number } | null {
  const was = passed.queue.tasks;
  const is = books.queue.tasks;
  const task = is[was.length];
  if (passed.done !== books.done || passed.queue.version !== books.queue.version) return null;
  if (task === undefined || is.length !== was.length + 1 || sharedEnds(was, is).head < was.length) return null;
  const { depends_on, blocks, relates_to, duplicates, parent_id } = task;
  if (depends_on.length + blocks.length + relates_to.length > 0 || duplicates !== undefined || parent_id !== undefined) return null;
  const id = task.id.trim();
  const isTaken = (other: Task) => other.id.trim() === id;
  return was.some(isTaken) || books.done.tasks.some(isTaken) ? null : { task, index: was.length };
}

function place(file: "queue" | "done", rules: ValidationRules): Place {
  const path = file === "queue" ? rules.queueFile : rules.doneFile;
  return { label: file === "queue" ? "queue" : "done file", ...(path === undefined ? {} : { file: path }) };
}

interface FileRules {
  readonly where: Place;
  readonly ids: IdRules;
  readonly passed: readonly Task[];
  /** No id stands twice in the books, so that nobody need look. */
  readonly unique: boolean;
}

function checkFile(file: QueueFile, { where, ids, passed, unique }: FileRules, findings: Findings): void {
  if (file.version !== 1) {
    throw new CueLoopError("queue.invalid", {
      message: `The ${where.label} has version ${file.version}; only version 1 is known.`,
      hint: 'If its tasks are in the form of version 1, set "version": 1; otherwise a newer CueLoop wrote it.',
      where: { ...(where.file === undefined ? {} : { file: where.file }), path: "version" },
    });
  }
  checkIdRules(ids);
  const live = new Map<string, number>();
  const rejected = new Map<string, number>();
  const { tasks } = file;
  const { head, tail } = sharedEnds(passed, tasks);
  for (let index = 0; index < tasks.length; index += 1) {
    const task = tasks[index];
    if (task === undefined) continue;
    if (index >= head && index < tasks.length - tail) checkTask(task, index, where, ids, findings);
    doubtTask(task, findings);
    if (!unique) checkTwice(task, index, where, live, rejected, findings);
  }
}

function checkIdRules(ids: IdRules): void {
  if (ids.width > 0 && ids.prefix !== "") return;
  throw new CueLoopError("queue.invalid", {
    message:
      ids.prefix === "" ? "queue.id_prefix is empty, so no task id can be valid." : "queue.id_width is 0, so no task id can be valid.",
    hint: "Set both in .cueloop/config.jsonc, for example to RQ and 4.",
  });
}

function checkTwice(
  task: Task,
  index: number,
  where: Place,
  live: Map<string, number>,
  rejected: Map<string, number>,
  findings: Findings,
): void {
  const id = task.id.trim();
  const isRejected = task.status === "rejected";
  const first = live.get(id);
  if (!isRejected && first !== undefined) {
    throw findings.error(where, task, index, {
      field: "id",
      says: `has the same id as tasks[${first}]`,
      fix: "give one of them another id, or let `cueloop queue repair` do it",
    });
  }
  if (first !== undefined || (rejected.has(id) && !isRejected)) {
    findings.warn(id, `shares its id with a rejected task in the ${where.label}; commands that name the id mean the first of them`);
  }
  (isRejected ? rejected : live).set(id, index);
}

function checkAllFinished(done: QueueFile, rules: ValidationRules, findings: Findings): void {
  for (const [index, task] of done.tasks.entries()) {
    if (isTerminal(task.status)) continue;
    throw findings.error(place("done", rules), task, index, {
      field: "status",
      says: `has status ${task.status}, but the done file holds only done and rejected tasks`,
      fix: "move the task back to the queue file, or set its status to done or rejected",
    });
  }
}

function checkAcross(books: Books, rules: ValidationRules, findings: Findings): void {
  const records = new Map<string, Task[]>();
  for (const task of books.done.tasks) {
    const id = task.id.trim();
    const known = records.get(id);
    if (known === undefined) records.set(id, [task]);
    else known.push(task);
  }
  if (records.size === 0) return;
  const interrupted = new Set(findInterruptedArchives(books).map((archive) => archive.active));
  for (const [index, task] of books.queue.tasks.entries()) {
    const id = task.id.trim();
    const twins = records.get(id);
    if (twins === undefined) continue;
    if (interrupted.has(index)) {
      findings.warn(id, interruptedArchiveNotice());
      continue;
    }
    const other = task.status === "rejected" ? undefined : twins.find((twin) => twin.status !== "rejected");
    if (other === undefined) {
      findings.warn(id, "shares its id with a rejected task of the other file; commands that name the id mean the active one");
      continue;
    }
    throw findings.error(place("queue", rules), task, index, {
      field: "id",
      says: `("${task.title.trim()}") has the same id as another task in the done file ("${other.title.trim()}")`,
      fix: "give one of them another id: `cueloop queue repair` does it and keeps both",
    });
  }
}
