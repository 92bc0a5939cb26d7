import type { Books } from "../books.ts";
import { heal } from "../heal.ts";
import { mendReferences } from "./mend.ts";
import { orderActive, orderDone } from "./order.ts";
import { findCollisions, renumber, renumberBase } from "./renumber.ts";
import { resolveTask } from "./resolve.ts";
import { type Entry, type Side, type Sides, sidesOf } from "./sides.ts";

export interface MergeOptions {
  /** Id of the task whose landing made their version. */
  readonly landed?: string;
  /** So many ids that none of the three versions holds. */
  readonly nextIds: (count: number) => readonly string[];
  /** `formatTimestamp` of the moment. */
  readonly now: string;
}

export interface MergedBooks {
  readonly books: Books;
  /** Former and new ids of our tasks whose id another task of theirs has. */
  readonly renamed: ReadonlyMap<string, string>;
  /** What a person should look at, one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Merges two versions of both files that come from one, task by task, over the pair: a task moved to the done file on
 * one side and edited on the other is one task. `ours` are the edits of the checkout, `theirs` is what came in. No task
 * of either side gets lost but one that was deleted on purpose. Valid versions make a valid result, save where a person
 * has given one id to several tasks.
 */
export function mergeBooks(base: Books, ours: Books, theirs: Books, options: MergeOptions): MergedBooks {
  const landed = options.landed ?? null;
  const first = resolve(sidesOf(base, ours, theirs, landed), landed);
  const colliding = findCollisions(first.result, first.sides);
  if (colliding.length === 0) return assemble(first, theirs, new Map());
  const ids = options.nextIds(colliding.length);
  const renamed = new Map(colliding.map((key, index) => [entryOf(first.sides.ours, key)?.task.id.trim() ?? "", ids[index] ?? ""]));
  const tasksIn = (side: Side) => new Set(colliding.flatMap((key) => entryOf(side, key)?.task ?? []));
  const sides = sidesOf(
    renumberBase(heal(base).books, tasksIn(first.sides.base), renamed),
    renumber(heal(ours).books, tasksIn(first.sides.ours), renamed, options.now),
    theirs,
    landed,
  );
  // The order is held against the base as it is, so that merging again finds the same.
  return assemble({ ...resolve(sides, landed), sides: { ...sides, base: first.sides.base } }, theirs, renamed);
}

interface Resolution {
  readonly sides: Sides;
  readonly result: ReadonlyMap<string, Entry>;
  readonly warnings: readonly string[];
}

function resolve(sides: Sides, landed: string | null): Resolution {
  const { base, ours, theirs } = sides;
  const result = new Map<string, Entry>();
  const warnings: string[] = [];
  for (const key of new Set([...theirs.entries.keys(), ...ours.entries.keys()])) {
    const versions = { base: entryOf(base, key), ours: entryOf(ours, key), theirs: entryOf(theirs, key) };
    const id = (versions.theirs ?? versions.ours)?.task.id.trim() ?? "";
    const { entry, warning } = resolveTask({ ...versions, id, landed: id === landed?.trim() });
    if (entry !== null) result.set(key, entry);
    if (warning !== undefined) warnings.push(warning);
  }
  return { sides, result, warnings };
}

function assemble({ sides, result, warnings }: Resolution, theirs: Books, renamed: ReadonlyMap<string, string>): MergedBooks {
  const known = new Set(
    [sides.base, sides.ours, sides.theirs].flatMap(({ entries }) => [...entries.values()].map(({ task }) => task.id.trim())),
  );
  const mended = mendReferences(result, sides.theirs, known);
  const tasks = (keys: readonly string[]) => keys.flatMap((key) => mended.tasks.get(key) ?? result.get(key)?.task ?? []);
  return {
    books: {
      queue: { ...theirs.queue, tasks: tasks(orderActive(result, sides)) },
      done: { ...theirs.done, tasks: tasks(orderDone(result, sides)) },
    },
    renamed,
    warnings: [
      ...[...renamed].map(([from, to]) => `${from} of this checkout is ${to} now: another task with the id ${from} came in.`),
      ...warnings,
      ...mended.warnings,
    ],
  };
}

function entryOf(side: Side, key: string): Entry | null {
  return side.entries.get(key) ?? null;
}
