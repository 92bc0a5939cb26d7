import { formatTimestamp, parseTimestamp } from "../../base/clock.ts";
import type { Books } from "../books.ts";
import { heal } from "../heal.ts";
import type { Task } from "../task.ts";

/** Where one side has a task, and what it says. */
export interface Entry {
  readonly file: "queue" | "done";
  readonly task: Task;
}

/** One version of the books, its tasks found by what identifies them. */
export interface Side {
  readonly entries: ReadonlyMap<string, Entry>;
  /** Keys in the order of each file. */
  readonly queue: readonly string[];
  readonly done: readonly string[];
}

export interface Sides {
  readonly base: Side;
  readonly ours: Side;
  readonly theirs: Side;
}

/**
 * The versions with one key for each task, the same in all of them. A task is its id and the moment it was made:
 * two branches can mint one id, and then hold two tasks. Interrupted archives are healed first. Records that agree
 * in both are told apart by their titles, and so are tasks that are new on both sides.
 * @param landed id of the task whose landing made their version: whatever it is called, it is one task
 */
export function sidesOf(base: Books, ours: Books, theirs: Books, landed: string | null): Sides {
  const versions = { base: heal(base).books, ours: heal(ours).books, theirs: heal(theirs).books };
  const repeated = new Set([
    ...Object.values(versions).flatMap(repeatedIdentities),
    ...namedDifferently(versions.base, versions.ours, versions.theirs, landed),
  ]);
  return {
    base: sideOf(versions.base, repeated),
    ours: sideOf(versions.ours, repeated),
    theirs: sideOf(versions.theirs, repeated),
  };
}

function sideOf(books: Books, repeated: ReadonlySet<string>): Side {
  const entries = new Map<string, Entry>();
  const keysOf = (file: Entry["file"]) =>
    books[file].tasks.map((task) => {
      const key = freeKey(entries, repeated.has(identityOf(task)) ? `${identityOf(task)} ${task.title}` : identityOf(task));
      entries.set(key, { file, task });
      return key;
    });
  return { queue: keysOf("queue"), done: keysOf("done"), entries };
}

/** Records that agree in everything are numbered. */
function freeKey(taken: ReadonlyMap<string, Entry>, key: string): string {
  if (!taken.has(key)) return key;
  let count = 2;
  while (taken.has(`${key} #${count}`)) count += 1;
  return `${key} #${count}`;
}

function repeatedIdentities(books: Books): string[] {
  const seen = new Set<string>();
  return tasksOf(books)
    .map(identityOf)
    .filter((identity) => seen.size === seen.add(identity).size);
}

/** New on both sides under one identity, with two titles. */
function namedDifferently(base: Books, ours: Books, theirs: Books, landed: string | null): string[] {
  const known = new Set(tasksOf(base).map(identityOf));
  const titles = new Map(tasksOf(ours).map((task) => [identityOf(task), task.title]));
  return tasksOf(theirs)
    .filter((task) => task.id.trim() !== landed?.trim() && (titles.get(identityOf(task)) ?? task.title) !== task.title)
    .map(identityOf)
    .filter((identity) => !known.has(identity));
}

function tasksOf(books: Books): readonly Task[] {
  return [...books.queue.tasks, ...books.done.tasks];
}

/** The moment in the form we write, which is recognised without reading it. */
const WRITTEN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/;

function identityOf(task: Task): string {
  const made = task.created_at ?? "";
  const moment = WRITTEN.test(made) ? null : parseTimestamp(made);
  return `${task.id.trim()} ${moment === null ? made : formatTimestamp(moment.instant)}`;
}
