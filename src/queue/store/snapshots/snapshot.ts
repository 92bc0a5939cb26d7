import { existsSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { formatTimestamp, type Instant } from "../../../base/clock.ts";
import { messageOf } from "../../../base/errors.ts";
import { readTextIfExists, sha256 } from "../../../base/files.ts";
import { type Books, sharedEnds } from "../../books.ts";
import { QueueFileRecord } from "../../file.ts";
import { canonicalTask, type Task } from "../../task.ts";
import type { Digests } from "../commit.ts";
import type { StoreContext } from "../context.ts";
import { listDirectory, removeIfThere } from "../locking/files.ts";
import type { CanonicalTexts } from "../pair.ts";
import { writeWhole } from "../staged.ts";

export const SNAPSHOTS_KEPT = 20;
export const REDOS_KEPT = 5;

const Digest = v.nullable(v.string());

/** The books as they were before an operation. Other keys are ignored, as older and newer programs need. */
export const SnapshotRecord = v.object({
  version: v.optional(v.number(), 1),
  operation: v.optional(v.string(), "unknown"),
  /** When it was taken; empty when unknown. */
  timestamp: v.optional(v.string(), ""),
  queue_json: QueueFileRecord,
  done_json: QueueFileRecord,
  /** Digests of the two files as the operation left them; null for a file that did not exist. */
  after: v.optional(v.object({ queue: Digest, done: Digest })),
  /** Tasks the operation changed, by id: digest of the record it left, null for a task it removed. */
  touched: v.optional(v.record(v.string(), Digest)),
});
export type Snapshot = v.InferOutput<typeof SnapshotRecord>;

/** One line of `undo --list`. */
export interface SnapshotEntry {
  readonly id: string;
  readonly operation: string;
  /** RFC 3339, or empty. */
  readonly timestamp: string;
}

export function undoFolder(ctx: Pick<StoreContext, "runtimeDir">): string {
  return join(ctx.runtimeDir, "cache", "undo");
}

export function redoFolder(ctx: Pick<StoreContext, "runtimeDir">): string {
  return join(ctx.runtimeDir, "cache", "undo-redo");
}

export function snapshotPath(ctx: Pick<StoreContext, "runtimeDir">, id: string): string {
  return join(undoFolder(ctx), `undo-${id}.json`);
}

export interface TakeSnapshot {
  readonly operation: string;
  /** The pair as it was found. */
  readonly before: Books;
  readonly next: Books;
  readonly canonicalBefore: CanonicalTexts;
  /** Digests of the files as the operation leaves them. */
  readonly after: Digests;
}

/** Keeps the books as they are before they are written; must be called under the lock. Error: `queue.write_failed`. */
export function takeSnapshot(
  ctx: StoreContext,
  { operation, before, next, canonicalBefore, after }: TakeSnapshot,
): { readonly id: string; readonly path: string } {
  let instant = ctx.clock.now();
  while (existsSync(snapshotPath(ctx, stampOf(instant)))) instant += 1n;
  const id = stampOf(instant);
  const path = snapshotPath(ctx, id);
  const head = {
    version: 1,
    operation,
    timestamp: formatTimestamp(instant),
    after,
    touched: Object.fromEntries(touchedBy(before, next)),
  };
  // The rendered books go in as they are: to render them once more would cost as much as the rest of a change.
  const opening = `${JSON.stringify(head, null, 2).slice(0, -"\n}".length)},\n  "queue_json": `;
  writeWhole(path, [opening, ...canonicalBefore.queue(), ',\n  "done_json": ', ...canonicalBefore.done(), "\n}"]);
  return { id, path };
}

/** Deletes the oldest files of a kind until `keep` remain; a failure is a warning. */
export function pruneOldest(ctx: Pick<StoreContext, "log">, folder: string, prefix: string, keep: number): void {
  const names = (listDirectory(folder) ?? []).filter((name) => name.startsWith(prefix) && name.endsWith(".json"));
  for (const name of names.slice(0, Math.max(0, names.length - keep))) {
    try {
      removeIfThere(join(folder, name));
    } catch (error) {
      ctx.log.warn(`The old snapshot ${join(folder, name)} could not be deleted: ${messageOf(error)}`);
    }
  }
}

/** All snapshots, newest first; those that cannot be read are left out with a warning. */
export function listSnapshots(ctx: StoreContext): readonly SnapshotEntry[] {
  const names = (listDirectory(undoFolder(ctx)) ?? []).filter((name) => /^undo-.+\.json$/.test(name));
  const entries = names.flatMap((name): SnapshotEntry[] => {
    const id = name.slice("undo-".length, -".json".length);
    const head = readHead(ctx, snapshotPath(ctx, id));
    return head === null ? [] : [{ id, ...head }];
  });
  return entries.sort((a, b) => (a.timestamp !== b.timestamp ? (a.timestamp < b.timestamp ? 1 : -1) : a.id < b.id ? 1 : -1));
}

const Head = v.object({ operation: v.optional(v.string(), "unknown"), timestamp: v.optional(v.string(), "") });

function readHead(ctx: StoreContext, path: string): v.InferOutput<typeof Head> | null {
  try {
    return v.parse(Head, JSON.parse(readTextIfExists(path) ?? ""));
  } catch (error) {
    ctx.log.warn(`The snapshot ${path} is left out: ${messageOf(error)}`);
    return null;
  }
}

/** Digest of what stands under an id: its records in both lists, where they stand included. Null for nothing. */
export function recordDigest(records: readonly PlacedTask[]): string | null {
  return records.length === 0 ? null : sha256(records.map(({ file, task }) => `${file}${JSON.stringify(canonicalTask(task))}`).join("\n"));
}

/** A task and the file it stands in. */
export interface PlacedTask {
  readonly file: "queue" | "done";
  readonly task: Task;
}

/** The records of both lists by trimmed id. */
export function recordsById(books: Books): Map<string, PlacedTask[]> {
  const records = new Map<string, PlacedTask[]>();
  const placed = [
    ...books.queue.tasks.map((task) => ({ file: "queue", task }) as const),
    ...books.done.tasks.map((task) => ({ file: "done", task }) as const),
  ];
  for (const record of placed) {
    const id = record.task.id.trim();
    const known = records.get(id);
    if (known === undefined) records.set(id, [record]);
    else known.push(record);
  }
  return records;
}

/** Ids whose records differ between the two books, with the digest of the new ones. Tasks that are the same object are not looked at. */
function touchedBy(before: Books, next: Books): Map<string, string | null> {
  const candidates = new Set<string>();
  for (const file of ["queue", "done"] as const) {
    const was = before[file].tasks;
    const is = next[file].tasks;
    const { head, tail } = sharedEnds(was, is);
    const old = new Set(was.slice(head, was.length - tail));
    const now = new Set(is.slice(head, is.length - tail));
    for (const task of old) if (!now.has(task)) candidates.add(task.id.trim());
    for (const task of now) if (!old.has(task)) candidates.add(task.id.trim());
  }
  const was = recordsById(onlyThese(before, candidates));
  const is = recordsById(onlyThese(next, candidates));
  const touched = new Map<string, string | null>();
  for (const id of candidates) {
    const left = recordDigest(is.get(id) ?? []);
    if (left !== recordDigest(was.get(id) ?? [])) touched.set(id, left);
  }
  return touched;
}

function onlyThese(books: Books, ids: ReadonlySet<string>): Books {
  const kept = (tasks: readonly Task[]) => tasks.filter((task) => ids.has(task.id.trim()));
  return { queue: { version: 1, tasks: kept(books.queue.tasks) }, done: { version: 1, tasks: kept(books.done.tasks) } };
}

/** `2026-03-02T08:15:00.123456789Z` as `20260302T081500123456789Z`. */
export function stampOf(instant: Instant): string {
  return formatTimestamp(instant).replaceAll(/[-:.]/g, "");
}
