import { existsSync } from "node:fs";
import { formatTimestamp } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { readTextIfExists } from "../../base/files.ts";
import type { Books } from "../books.ts";
import { heal } from "../heal.ts";
import { validateQueueSet } from "../validate.ts";
import { commitTexts, type Digests, type NewTexts } from "./commit.ts";
import type { StoreContext } from "./context.ts";
import { noteRendered } from "./grown.ts";
import { journalPath, rolledForward, rollForward } from "./journal.ts";
import { type QueueLock, waitForQueueLock } from "./lock.ts";
import { removeIfThere } from "./locking/files.ts";
import { acquireMutex } from "./locking/mutex.ts";
import { displayPath, parseTexts, queueMissing, readTexts, renderChange, rulesOf, type Texts } from "./pair.ts";
import { logWarnings } from "./read.ts";
import { pruneOldest, SNAPSHOTS_KEPT, type TakeSnapshot, takeSnapshot, undoFolder } from "./snapshots/snapshot.ts";

export interface TransactionOptions {
  /** What the lock is taken for; `task` shares the lock of a supervisor. */
  readonly label: string;
  /** A lock this process holds already; it is not released here. */
  readonly lock?: QueueLock;
  /** Text of the undo snapshot; null or absent for none. The change can give a better one. */
  readonly operation?: string | null;
  readonly runId?: string;
  /** False: fail at once when somebody holds the lock. Default true. */
  readonly wait?: boolean;
  /** Do everything but write. Default false. */
  readonly dryRun?: boolean;
  /** A missing active file is an error, or an empty one. Default error. */
  readonly missingQueue?: "error" | "empty";
  /** Longest chain of dependencies without a warning, instead of the configured one. */
  readonly maxDependencyDepth?: number;
  /** False: warnings of the validation are not logged. Default true. */
  readonly logWarnings?: boolean;
  /** Refuse books that are invalid already, also where the change would take out what is wrong. Default false. */
  readonly validateFirst?: boolean;
}

/** What a change makes of the books. */
export interface Change<T> {
  readonly books: Books;
  readonly result: T;
  /** Text of the undo snapshot, instead of the one in the options. */
  readonly operation?: string;
}

/**
 * The one way to change the queue: lock, finish an interrupted change, load, heal, change, validate, snapshot,
 * write. `change` is pure and gets the healed books, the time to stamp records with, and the ids of the tasks whose
 * interrupted archive was healed. Nothing is written when
 * it throws, when the result is invalid or when nothing differs.
 * Errors: what `change` throws, `queue.lock_held`, `queue.lock_failed`, `queue.missing`, `queue.invalid`,
 * `queue.write_failed`, and those of parsing.
 */
export async function withQueue<T>(
  ctx: StoreContext,
  options: TransactionOptions,
  change: (books: Books, now: string, healed: readonly string[]) => Change<T>,
): Promise<T> {
  if ((options.missingQueue ?? "error") === "error" && !existsSync(ctx.runtimeDir) && !existsSync(ctx.queuePath)) throw queueMissing(ctx);
  const own = options.lock === undefined ? await waitForQueueLock(ctx, options.label, lockOptions(options)) : null;
  try {
    if (options.lock === undefined && own?.joined !== true) return transact(ctx, options, change);
    const mutex = await acquireMutex(ctx, options.label, options.runId);
    try {
      return transact(ctx, options, change);
    } finally {
      mutex.release();
    }
  } finally {
    own?.release();
  }
}

function lockOptions({ wait, runId }: TransactionOptions): { wait?: boolean; runId?: string } {
  return { ...(wait === undefined ? {} : { wait }), ...(runId === undefined ? {} : { runId }) };
}

/** The part under the lock; not interrupted by anything but a kill. */
function transact<T>(
  ctx: StoreContext,
  options: TransactionOptions,
  change: (books: Books, now: string, healed: readonly string[]) => Change<T>,
): T {
  const texts = currentTexts(ctx, options.dryRun === true);
  const before = parseTexts(ctx, texts, options.missingQueue ?? "error");
  const { books: whole, healed } = heal(before);
  const passed = options.validateFirst === true ? whole : undefined;
  const first = passed === undefined ? null : validateQueueSet(passed, rulesOf(ctx, texts.done));
  const changed = change(whole, formatTimestamp(ctx.clock.now()), healed);
  const { after, canonicalBefore } = renderChange(ctx, texts, before, changed.books);
  const rules = rulesOf(ctx, after.done ?? texts.done);
  const depth = options.maxDependencyDepth ?? rules.maxDependencyDepth;
  const quiet = first?.warnings.length === 0 && depth === rules.maxDependencyDepth && after.done === null;
  const { warnings } = validateQueueSet(changed.books, { ...rules, maxDependencyDepth: depth }, passed, quiet);
  if (options.logWarnings !== false) logWarnings(ctx, warnings);
  const same = after.queue === null && after.done === null;
  if (same || options.dryRun === true) return changed.result;
  const operation = snapshotText(changed.operation ?? options.operation ?? null, options.label, healed);
  write(ctx, options.label, texts, after, operation === null ? null : { operation, before, next: changed.books, canonicalBefore });
  for (const id of healed) ctx.log.info(`${id} stood in both files; its active copy was dropped, the done record stays.`);
  return changed.result;
}

/** Under the lock: finishes an interrupted change, then reads. A dry run does the former in memory. */
function currentTexts(ctx: StoreContext, dryRun: boolean): Texts {
  if (dryRun) return rolledForward(ctx, readTexts(ctx), readTextIfExists(journalPath(ctx)));
  rollForward(ctx);
  return readTexts(ctx);
}

function snapshotText(operation: string | null, label: string, healed: readonly string[]): string | null {
  if (healed.length === 0) return operation;
  return `${operation ?? label}, healed ${healed.join(", ")}`;
}

type SnapshotInput = Omit<TakeSnapshot, "after">;

function write(ctx: StoreContext, label: string, texts: Texts, after: NewTexts, snapshot: SnapshotInput | null): void {
  const taken: { path?: string; digests?: Digests } = {};
  try {
    commitTexts(ctx, label, texts, after, (digests) => {
      if (snapshot === null) return;
      taken.digests = digests();
      taken.path = takeSnapshot(ctx, { ...snapshot, after: taken.digests }).path;
    });
  } catch (error) {
    dropUnused(ctx, taken.path ?? null, readTexts(ctx), texts);
    throw error;
  }
  const digest = taken.digests?.queue ?? null;
  if (after.queue !== null && digest !== null) noteRendered(ctx, after.queue, digest);
  if (snapshot !== null) pruneOldest(ctx, undoFolder(ctx), "undo-", SNAPSHOTS_KEPT);
}

/** A snapshot of a change that did not happen would push out a useful one. */
function dropUnused(ctx: StoreContext, path: string | null, present: Texts, before: Texts): void {
  if (path === null || present.queue !== before.queue || present.done !== before.done) return;
  try {
    removeIfThere(path);
  } catch (error) {
    ctx.log.warn(`The snapshot ${displayPath(ctx, path)} of a change that was not made stays: ${messageOf(error)}`);
  }
}
