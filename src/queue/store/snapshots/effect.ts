import type { Books } from "../../books.ts";
import { digestOf, type Texts } from "../pair.ts";
import { type PlacedTask, recordDigest, recordsById, type Snapshot } from "./snapshot.ts";

/** What a restore does to the tasks, by id. */
export interface RestoreEffect {
  /** Back again. */
  readonly appear: readonly string[];
  /** Gone. */
  readonly vanish: readonly string[];
  /** Different, or in the other file. */
  readonly change: readonly string[];
}

/** Compares the books of a snapshot with the present ones. */
export function restoreEffect(restored: Books, present: Books): RestoreEffect {
  const then = recordsById(restored);
  const now = recordsById(present);
  return {
    appear: [...then.keys()].filter((id) => !now.has(id)),
    vanish: [...now.keys()].filter((id) => !then.has(id)),
    change: [...then].filter(([id, records]) => now.has(id) && recordDigest(records) !== recordDigest(now.get(id) ?? [])).map(([id]) => id),
  };
}

/**
 * Tasks that changed after the snapshot's operation and not by it: restoring takes those changes back as well.
 * Empty when the files are as the operation left them. A task of the operation counts when it was finished since.
 */
export function tasksLostBy(snapshot: Snapshot, present: Books, texts: Texts): readonly string[] {
  const { after, touched } = snapshot;
  if (after !== undefined && after.queue === digestOf(texts.queue) && after.done === digestOf(texts.done)) return [];
  const then = recordsById({ queue: snapshot.queue_json, done: snapshot.done_json });
  const now = recordsById(present);
  const named = new Set(snapshot.operation.match(/[A-Za-z][A-Za-z0-9_]*-\d+/g) ?? []);
  return [...new Set([...then.keys(), ...now.keys()])].filter((id) => {
    const records = now.get(id) ?? [];
    const digest = recordDigest(records);
    if (touched === undefined) return !named.has(id) && digest !== recordDigest(then.get(id) ?? []);
    const left = touched[id];
    if (left === undefined) return digest !== recordDigest(then.get(id) ?? []);
    return digest !== left && isFinished(records);
  });
}

function isFinished(records: readonly PlacedTask[]): boolean {
  return records.some((record) => record.file === "done");
}
