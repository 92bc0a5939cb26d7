import { CueLoopError } from "../../../base/errors.ts";
import type { SnapshotEntry } from "./snapshot.ts";

/**
 * The id of the snapshot a person means: the newest for null; otherwise a whole id, with or without `undo-`, the
 * number in the list (at most two digits), or a prefix with at least eight digits that fits one snapshot only.
 * Errors: `queue.no_snapshot`, `queue.snapshot_not_found`.
 */
export function resolveSnapshotId(entries: readonly SnapshotEntry[], given: string | null, wholeIdOnly: boolean): string {
  const newest = entries[0];
  if (newest === undefined) {
    throw new CueLoopError("queue.no_snapshot", {
      message: "There is nothing to undo: no snapshot is kept.",
      hint: "Every command that changes the queue takes one before it writes.",
    });
  }
  if (given === null) return newest.id;
  const id = given.trim().replace(/^undo-/, "");
  if (!/^[0-9A-Za-z]+$/.test(id)) throw notFound(entries, given);
  if (entries.some((entry) => entry.id === id)) return id;
  if (wholeIdOnly) throw notFound(entries, id);
  const numbered = /^\d{1,2}$/.test(id) ? entries[Number(id) - 1] : undefined;
  if (numbered !== undefined) return numbered.id;
  const fitting = id.replaceAll(/\D/g, "").length >= 8 ? entries.filter((entry) => entry.id.startsWith(id)) : [];
  const [only, second] = fitting;
  if (only !== undefined && second === undefined) return only.id;
  throw notFound(fitting.length > 1 ? fitting : entries, id);
}

function notFound(entries: readonly SnapshotEntry[], given: string): CueLoopError {
  const nearest = [...entries].sort((a, b) => common(b.id, given) - common(a.id, given)).slice(0, 3);
  return new CueLoopError("queue.snapshot_not_found", {
    message: `There is no snapshot \`${given}\`. Nearest: ${nearest.map((entry) => `${entry.id} (${entry.operation})`).join(", ")}.`,
    hint: "`cueloop undo --list` shows all of them.",
  });
}

/** Length of the common beginning. */
function common(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}
