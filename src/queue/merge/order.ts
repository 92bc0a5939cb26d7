import { parseTimestamp } from "../../base/clock.ts";
import type { Entry, Side, Sides } from "./sides.ts";

type Result = ReadonlyMap<string, Entry>;

/**
 * Order of the active tasks: theirs; ours where they left the order alone, or where both hold the same tasks and we
 * moved some. Tasks of ours that are new stay behind all others if that is where they are, else they go where new tasks go.
 */
export function orderActive(result: Result, { base, ours, theirs }: Sides): readonly string[] {
  const present = [...result].filter(([, { file }]) => file === "queue").map(([key]) => key);
  const among = (side: Side, keys: ReadonlySet<string>) => side.queue.filter((key) => keys.has(key));
  const all = new Set(present);
  if (Bun.deepEquals(base.queue, theirs.queue)) return fillIn(among(ours, all), theirs.queue, present);
  const [mine, other] = [among(ours, all), among(theirs, all)];
  if (mine.length === present.length && other.length === present.length) return isReordered(mine, base) ? mine : other;
  const isNew = (key: string) => !theirs.entries.has(key) && !base.entries.has(key);
  const known = fillIn(
    other,
    mine.filter((key) => !isNew(key)),
    present.filter((key) => !isNew(key)),
  );
  return placeNew(result, known, mine);
}

/** Order of the done records: theirs where nothing of ours is added, ours where they changed nothing, else by the time they were finished. */
export function orderDone(result: Result, { base, ours, theirs }: Sides): readonly string[] {
  const present = new Set([...result].filter(([, { file }]) => file === "done").map(([key]) => key));
  const holds = (side: Side) => side.done.length === present.size && side.done.every((key) => present.has(key));
  if (holds(theirs)) return theirs.done;
  if (holds(ours) && Bun.deepEquals(base.done, theirs.done)) return ours.done;
  const keys = [...new Set([...theirs.done, ...ours.done, ...present])].filter((key) => present.has(key));
  return keys.sort((a, b) => byTime(finishedAt(result.get(a)), finishedAt(result.get(b))));
}

function isReordered(ours: readonly string[], base: Side): boolean {
  const known = new Set(ours);
  const was = base.queue.filter((key) => known.has(key));
  const shared = new Set(was);
  return !Bun.deepEquals(
    ours.filter((key) => shared.has(key)),
    was,
  );
}

/** `spine` with what is missing of `present`, each behind the one it follows in `order`. */
function fillIn(spine: readonly string[], order: readonly string[], present: readonly string[]): readonly string[] {
  const placed = [...spine];
  const have = new Set(spine);
  const missing = new Set(present.filter((key) => !have.has(key)));
  let before: string | null = null;
  for (const key of order) {
    if (missing.has(key)) {
      placed.splice(before === null ? 0 : placed.indexOf(before) + 1, 0, key);
      have.add(key);
    }
    if (have.has(key)) before = key;
  }
  return [...placed, ...present.filter((key) => !have.has(key))];
}

function placeNew(result: Result, known: readonly string[], ours: readonly string[]): readonly string[] {
  const old = new Set(known);
  const last = ours.findLastIndex((key) => old.has(key));
  const next = ours.filter((key, index) => !old.has(key) && index < last);
  const end = ours.filter((key, index) => !old.has(key) && index > last);
  const first = known[0];
  const at = first !== undefined && result.get(first)?.task.status === "doing" ? 1 : 0;
  return [...known.slice(0, at), ...next, ...known.slice(at), ...end];
}

function finishedAt(entry: Entry | undefined): bigint | null {
  return parseTimestamp(entry?.task.completed_at ?? "")?.instant ?? null;
}

function byTime(a: bigint | null, b: bigint | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return a < b ? -1 : a > b ? 1 : 0;
}
