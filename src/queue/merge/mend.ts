import { canonicalTask, type Task } from "../task.ts";
import type { Entry, Side } from "./sides.ts";

/** Tasks to replace, by their keys, and what was taken out of them. */
export interface Mended {
  readonly tasks: ReadonlyMap<string, Task>;
  readonly warnings: readonly string[];
}

type Relation = "depends_on" | "blocks" | "relates_to" | "duplicates" | "parent_id";
const RELATIONS: readonly Relation[] = ["depends_on", "blocks", "relates_to", "duplicates", "parent_id"];
/** Those that must not lead back to where they began. */
const DIRECTED: readonly Relation[] = ["depends_on", "blocks", "parent_id"];

interface Reference {
  readonly key: string;
  readonly from: string;
  readonly relation: Relation;
  readonly to: string;
}

/**
 * Takes out the references that only the merge made wrong: to a task that one side deleted while the other began to
 * refer to it, and those of ours that close a circle with theirs.
 * @param known ids of all tasks of the versions that were merged
 */
export function mendReferences(result: ReadonlyMap<string, Entry>, theirs: Side, known: ReadonlySet<string>): Mended {
  const references = [...result].flatMap(([key, { task }]) => referencesOf(key, task));
  const present = new Set([...result.values()].map(({ task }) => task.id.trim()));
  // A parent that is gone is a warning, not an error.
  const dangling = references.filter(({ relation, to }) => relation !== "parent_id" && known.has(to) && !present.has(to));
  const kept = references.filter(({ to }) => present.has(to));
  const owned = new Set([...theirs.entries].flatMap(([key, { task }]) => referencesOf(key, task)).map(nameOf));
  const circular = DIRECTED.flatMap((relation) =>
    closingCircles(
      kept.filter((one) => one.relation === relation),
      owned,
    ),
  );
  return takeOut(result, [
    ...dangling.map((reference) => ({ reference, why: `${reference.to} was deleted on the other side` })),
    ...circular.map((reference) => ({ reference, why: "it would close a circle" })),
  ]);
}

function referencesOf(key: string, task: Task): Reference[] {
  const from = task.id.trim();
  return RELATIONS.flatMap((relation) => {
    const value = task[relation] ?? [];
    const ids = typeof value === "string" ? [value] : value;
    return ids.map((id) => ({ key, from, relation, to: id.trim() })).filter(({ to }) => to !== "");
  });
}

function nameOf({ from, relation, to }: Reference): string {
  return `${from} ${relation} ${to}`;
}

/** Of the references that are not theirs, one after the other, those that lead back to where they began. */
function closingCircles(references: readonly Reference[], theirs: ReadonlySet<string>): Reference[] {
  const next = new Map<string, string[]>();
  const add = ({ from, to }: Reference) => {
    const targets = next.get(from);
    if (targets === undefined) next.set(from, [to]);
    else targets.push(to);
  };
  const mine = references.filter((reference) => reference.from !== reference.to && !theirs.has(nameOf(reference)));
  if (mine.length === 0) return [];
  for (const reference of references) if (theirs.has(nameOf(reference))) add(reference);
  return mine.filter((reference) => {
    if (reaches(next, reference.to, reference.from)) return true;
    add(reference);
    return false;
  });
}

function reaches(next: ReadonlyMap<string, readonly string[]>, start: string, wanted: string): boolean {
  const seen = new Set([start]);
  const open = [start];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === wanted) return true;
    for (const id of next.get(at) ?? []) {
      if (!seen.has(id)) open.push(id);
      seen.add(id);
    }
  }
  return false;
}

function takeOut(result: ReadonlyMap<string, Entry>, faults: readonly { reference: Reference; why: string }[]): Mended {
  const tasks = new Map<string, Task>();
  for (const { reference } of faults) {
    const task = tasks.get(reference.key) ?? result.get(reference.key)?.task;
    if (task !== undefined) tasks.set(reference.key, without(task, reference));
  }
  const warnings = faults.map(({ reference: { from, relation, to }, why }) => `${from}: ${relation} ${to} was taken out, because ${why}.`);
  return { tasks, warnings };
}

function without(task: Task, { relation, to }: Reference): Task {
  if (relation === "duplicates" || relation === "parent_id") return canonicalTask({ ...task, [relation]: undefined });
  return canonicalTask({ ...task, [relation]: task[relation].filter((id) => id.trim() !== to) });
}
