import { canonicalTask, type Task } from "../task.ts";
import { isLater } from "./fields.ts";

/** Of two records of one finished task the one finished later (theirs when that is not known), with the other's notes. */
export function mergeDoneRecords(ours: Task, theirs: Task): Task {
  const [kept, other] = isLater(ours.completed_at, theirs.completed_at) ? [ours, theirs] : [theirs, ours];
  return withNotes(kept, other.notes);
}

export interface NotedRecord {
  readonly task: Task;
  /** Fields whose edits live on in the notes only. */
  readonly lost: readonly string[];
}

/**
 * The done record of a task that the other side edited while it was active: its new notes are appended, and each
 * other edit as a line of its own.
 */
export function noteLateEdits(record: Task, base: Task | null, edited: Task): NotedRecord {
  const edits = editsOf(base, edited).filter(({ name }) => !(base === null && isAsIn(record, edited, name)));
  const lines = edits.map(({ name, text }) => `Edited when it was already finished: ${name} ${text}`);
  return { task: withNotes(record, [...edited.notes, ...lines]), lost: edits.map(({ name }) => name) };
}

/** The task with those of the notes that it does not have. */
export function withNotes(task: Task, notes: readonly string[]): Task {
  const known = new Set(task.notes);
  const added = notes.filter((note) => !known.has(note));
  return added.length === 0 ? task : canonicalTask({ ...task, notes: [...task.notes, ...added] });
}

/** What finishing a task changes anyway. */
const LIFE: ReadonlySet<string> = new Set(["status", "updated_at", "completed_at", "started_at", "notes"]);

interface Edit {
  readonly name: string;
  readonly text: string;
}

function editsOf(base: Task | null, edited: Task): Edit[] {
  const [was, is] = [new Map(Object.entries(base ?? {})), new Map<string, unknown>(Object.entries(edited))];
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((name) => !LIFE.has(name) && !Bun.deepEquals(was.get(name), is.get(name)))
    .map((name) => ({ name, text: is.has(name) ? `= ${JSON.stringify(is.get(name))}` : "removed" }));
}

function isAsIn(record: Task, edited: Task, name: string): boolean {
  const valueIn = (task: Task) => new Map<string, unknown>(Object.entries(task)).get(name);
  return name === "custom_fields" || Bun.deepEquals(valueIn(record), valueIn(edited));
}
