import { mergeDoneRecords, noteLateEdits, withNotes } from "./archived.ts";
import { mergeFields } from "./fields.ts";
import type { Entry } from "./sides.ts";

/** What the three versions say about one task; null where they do not have it. */
export interface Versions {
  readonly id: string;
  readonly base: Entry | null;
  readonly ours: Entry | null;
  readonly theirs: Entry | null;
  /** The task whose landing made their version. */
  readonly landed: boolean;
}

export interface Resolved {
  /** Null: deleted on purpose. */
  readonly entry: Entry | null;
  readonly warning?: string;
}

/** The table of the merge for one task. */
export function resolveTask(versions: Versions): Resolved {
  const { id, base, ours, theirs, landed } = versions;
  if (landed && theirs?.file === "done") return landedTask(id, base, ours, theirs);
  if (isSame(ours, base)) return { entry: theirs };
  if (isSame(theirs, base) || isSame(ours, theirs)) return { entry: ours };
  if (theirs === null) {
    return { entry: ours, warning: `${id} was deleted in what came in, and edited here: it is kept.` };
  }
  if (ours === null) {
    return { entry: theirs, warning: `${id} was deleted here, and changed in what came in: it is kept.` };
  }
  return bothChanged(id, base, ours, theirs);
}

/** Whether two versions have the task in the same file with the same content, or both do not have it. */
export function isSame(one: Entry | null, other: Entry | null): boolean {
  return one === other || Bun.deepEquals(one, other);
}

function landedTask(id: string, base: Entry | null, ours: Entry | null, theirs: Entry): Resolved {
  if (ours === null || isSame(ours, base)) return { entry: theirs };
  return ours.file === "done"
    ? { entry: { file: "done", task: withNotes(theirs.task, ours.task.notes) } }
    : finished(id, theirs, base, ours);
}

function bothChanged(id: string, base: Entry | null, ours: Entry, theirs: Entry): Resolved {
  if (ours.file === "done" && theirs.file === "done") {
    return { entry: { file: "done", task: mergeDoneRecords(ours.task, theirs.task) } };
  }
  if (ours.file === theirs.file) return bothActive(id, base, ours, theirs);
  const [done, active] = ours.file === "done" ? [ours, theirs] : [theirs, ours];
  return base?.file === "done" ? reopened(id, active, done) : finished(id, done, base, active);
}

function bothActive(id: string, base: Entry | null, ours: Entry, theirs: Entry): Resolved {
  const { task, conflicts } = mergeFields(base?.task ?? null, ours.task, theirs.task);
  const entry: Entry = { file: "queue", task };
  if (conflicts.length === 0) return { entry };
  const stands = conflicts.map((field) => `${field}: ${STANDS.get(field) ?? "as it was edited here"}`);
  return { entry, warning: `${id} was edited on both sides (${stands.join("; ")}).` };
}

const STANDS: ReadonlyMap<string, string> = new Map([
  ["status", "the later edit"],
  ["parent_id", "as it came in"],
  ["duplicates", "as it came in"],
]);

function finished(id: string, done: Entry, base: Entry | null, active: Entry): Resolved {
  const { task, lost } = noteLateEdits(done.task, base?.task ?? null, active.task);
  const entry: Entry = { file: "done", task };
  if (lost.length === 0) return { entry };
  return { entry, warning: `${id} was finished while it was edited: the edits (${lost.join(", ")}) are kept in its notes only.` };
}

/** One side took the task out of the done file, the other changed its record there. */
function reopened(id: string, active: Entry, done: Entry): Resolved {
  return {
    entry: { file: "queue", task: withNotes(active.task, done.task.notes) },
    warning: `${id} was taken up again on one side, and its done record changed on the other: it is active, with the notes of both.`,
  };
}
