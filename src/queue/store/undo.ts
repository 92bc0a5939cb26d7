import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { formatTimestamp } from "../../base/clock.ts";
import { CueLoopError, messageOf } from "../../base/errors.ts";
import { readTextIfExists } from "../../base/files.ts";
import { parseJsonc } from "../../base/jsonc.ts";
import { parseValue } from "../../base/parse.ts";
import { type Books, EMPTY_FILE, type QueueFile } from "../books.ts";
import { parseQueueFile, renderQueueFile, type TextParts } from "../file.ts";
import { validateQueueSet } from "../validate.ts";
import { commitTexts } from "./commit.ts";
import type { StoreContext } from "./context.ts";
import { journalPath, rolledForward, rollForward } from "./journal.ts";
import { removeIfThere } from "./locking/files.ts";
import { displayPath, readTexts, rulesOf, type Texts } from "./pair.ts";
import { logWarnings } from "./read.ts";
import { type RestoreEffect, restoreEffect, tasksLostBy } from "./snapshots/effect.ts";
import { resolveSnapshotId } from "./snapshots/id.ts";
import {
  listSnapshots,
  pruneOldest,
  REDOS_KEPT,
  redoFolder,
  type Snapshot,
  SnapshotRecord,
  snapshotPath,
  stampOf,
} from "./snapshots/snapshot.ts";
import { writeWhole } from "./staged.ts";

export { listSnapshots, type SnapshotEntry } from "./snapshots/snapshot.ts";

/** Label of the lock a restore is made under. */
export const UNDO_LABEL = "machine queue undo";

/** A restore that is looked up and judged, and not yet made. */
export interface RestorePlan {
  readonly id: string;
  readonly operation: string;
  /** RFC 3339, or empty. */
  readonly timestamp: string;
  /** Tasks in both lists of the snapshot. */
  readonly tasksAffected: number;
  /** What would become of the tasks; null when the present files cannot be parsed. */
  readonly effect: RestoreEffect | null;
  /** Ids of tasks that changed since the operation without being part of it: the restore takes that back, too. */
  readonly alsoLost: readonly string[];
  readonly snapshot: Snapshot;
  readonly present: Texts;
}

export interface RestoreResult {
  /** File that keeps the books as they were before the restore; null when they were the same. */
  readonly redoPath: string | null;
}

export interface PlanRestoreOptions {
  /** Id as given by a person; null for the newest snapshot. */
  readonly id: string | null;
  /** Whole ids only, as programs give them. Default false. */
  readonly wholeIdOnly?: boolean;
  /** Write nothing, not even to finish an interrupted change. */
  readonly dryRun: boolean;
}

/**
 * Looks up a snapshot and what restoring it would do. Must be called under the lock.
 * Errors: `queue.no_snapshot`, `queue.snapshot_not_found`, `file.invalid`, `json.syntax`.
 */
export function planRestore(ctx: StoreContext, options: PlanRestoreOptions): RestorePlan {
  const entries = listSnapshots(ctx);
  const id = resolveSnapshotId(entries, options.id, options.wholeIdOnly ?? false);
  const snapshot = loadSnapshot(ctx, id);
  const books = { queue: snapshot.queue_json, done: snapshot.done_json };
  if (!options.dryRun) rollForward(ctx);
  const present = options.dryRun ? rolledForward(ctx, readTexts(ctx), readTextIfExists(journalPath(ctx))) : readTexts(ctx);
  const now = parseQuietly(present);
  return {
    id,
    operation: snapshot.operation,
    timestamp: snapshot.timestamp,
    tasksAffected: books.queue.tasks.length + books.done.tasks.length,
    effect: now === null ? null : restoreEffect(books, now),
    alsoLost: now === null ? [] : tasksLostBy(snapshot, now, present),
    snapshot,
    present,
  };
}

/**
 * Puts the books of the snapshot back and uses the snapshot up. What was there is kept first. The restored state is
 * not refused when it is invalid, it may be the one before a repair: what is wrong with it is logged.
 * Must be called under the lock that `planRestore` was called under. Error: `queue.write_failed`.
 */
export function restoreSnapshot(ctx: StoreContext, plan: RestorePlan): RestoreResult {
  const { snapshot, present } = plan;
  const after = {
    queue: textOf(present.queue, snapshot.queue_json),
    done: textOf(present.done, snapshot.done_json),
  };
  const same = after.queue === null && after.done === null;
  let redoPath: string | null = null;
  if (!same) {
    redoPath = freshRedoPath(ctx);
    const path = redoPath;
    commitTexts(ctx, UNDO_LABEL, present, after, () => keepPresent(ctx, path, plan));
    pruneOldest(ctx, redoFolder(ctx), "redo-", REDOS_KEPT);
  }
  useUp(ctx, plan.id);
  warnAbout(ctx, { queue: snapshot.queue_json, done: snapshot.done_json }, after.done ?? present.done);
  return { redoPath };
}

function loadSnapshot(ctx: StoreContext, id: string): Snapshot {
  const path = snapshotPath(ctx, id);
  const name = displayPath(ctx, path);
  return parseValue(SnapshotRecord, parseJsonc(readTextIfExists(path) ?? "", name), "undo snapshot");
}

/** Null where the present text says the same and can stay with its layout; no new file for an empty list. */
function textOf(present: string | null, wanted: QueueFile): TextParts | null {
  if (present === null) return wanted.tasks.length === 0 ? null : [renderQueueFile(wanted)];
  const rendered = renderQueueFile(wanted);
  const parsed = parseOneQuietly(present);
  return parsed !== null && renderQueueFile(parsed) === rendered ? null : [rendered];
}

function parseQuietly(texts: Texts): Books | null {
  const queue = texts.queue === null ? EMPTY_FILE : parseOneQuietly(texts.queue);
  const done = texts.done === null ? EMPTY_FILE : parseOneQuietly(texts.done);
  return queue === null || done === null ? null : { queue, done };
}

function parseOneQuietly(text: string): QueueFile | null {
  try {
    return parseQueueFile(text, "queue file");
  } catch {
    return null;
  }
}

/** The shape of a snapshot; a file that is not in canonical form is kept as raw text besides. */
function keepPresent(ctx: StoreContext, path: string, { operation, present }: RestorePlan): void {
  const queue = present.queue === null ? EMPTY_FILE : parseOneQuietly(present.queue);
  const done = present.done === null ? EMPTY_FILE : parseOneQuietly(present.done);
  const raw = (text: string | null, file: QueueFile | null) =>
    text === null || (file !== null && renderQueueFile(file) === text) ? undefined : text;
  const record = {
    version: 1,
    operation: `before undo of ${operation}`,
    timestamp: formatTimestamp(ctx.clock.now()),
    queue_json: queue ?? EMPTY_FILE,
    done_json: done ?? EMPTY_FILE,
    queue_text: raw(present.queue, queue),
    done_text: raw(present.done, done),
  };
  writeWhole(path, [JSON.stringify(record, null, 2)]);
}

function freshRedoPath(ctx: StoreContext): string {
  let instant = ctx.clock.now();
  const path = () => join(redoFolder(ctx), `redo-${stampOf(instant)}.json`);
  while (existsSync(path())) instant += 1n;
  return path();
}

function useUp(ctx: StoreContext, id: string): void {
  const path = snapshotPath(ctx, id);
  try {
    removeIfThere(path);
  } catch (error) {
    ctx.log.warn(`The used snapshot ${basename(path)} could not be deleted: ${messageOf(error)}`);
  }
}

function warnAbout(ctx: StoreContext, books: Books, doneText: string | TextParts | null): void {
  try {
    logWarnings(ctx, validateQueueSet(books, rulesOf(ctx, doneText)).warnings);
  } catch (error) {
    if (!(error instanceof CueLoopError)) throw error;
    ctx.log.warn(`The restored state is not valid: ${error.message}`);
  }
}
