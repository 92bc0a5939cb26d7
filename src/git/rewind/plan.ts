import { type Difference, type Entry, REPOSITORY_MODE } from "./differences.ts";

export interface RewindFacts {
  /** The work tree: what it was (`before`) and is (`after`). */
  readonly work: ReadonlyMap<string, Difference>;
  /** The index: what it was (`before`) and is (`after`). */
  readonly index: ReadonlyMap<string, Difference>;
  /** HEAD: what it was (`before`) and is (`after`). */
  readonly committed: ReadonlyMap<string, Difference>;
  /** Committed paths that are not in the work tree. */
  readonly missing: ReadonlySet<string>;
  /** The index (`after`) where it is not what HEAD says (`before`). */
  readonly staged: ReadonlyMap<string, Difference>;
}

export interface RewindPlan {
  /** What is to be at a path of the work tree; null: nothing. */
  readonly files: ReadonlyMap<string, Entry | null>;
  /** What the index is to say of a path; null: nothing. */
  readonly entries: ReadonlyMap<string, Entry | null>;
  /** Repositories inside this one, which stay as they are. */
  readonly repositories: readonly string[];
  /** Files that cannot come back, because what was committed has a directory there, or a file above them. */
  readonly displaced: readonly string[];
}

/**
 * What has to be changed so that the work tree is as it was. HEAD stays where it is, and a path that was committed
 * meanwhile is to have the content it has there; a path that is as it was already is not touched.
 */
export function planRewind({ work, index, committed, missing, staged }: RewindFacts): RewindPlan {
  const isTaken = takenBy([...committed].filter(([, { after }]) => after !== null).map(([path]) => path));
  const files = new Map<string, Entry | null>();
  const repositories: string[] = [];
  const displaced: string[] = [];
  for (const [path, { before, after }] of work) {
    const commit = committed.get(path);
    const wanted = commit === undefined ? before : commit.after;
    const target = wanted !== null && commit === undefined && isTaken(path) ? null : wanted;
    if (target !== wanted) displaced.push(path);
    if (same(target, after)) continue;
    if (after?.mode === REPOSITORY_MODE) repositories.push(path);
    else files.set(path, target);
  }
  for (const path of missing) {
    const target = committed.get(path)?.after ?? null;
    if (target !== null) files.set(path, target);
  }
  const entries = new Map<string, Entry | null>();
  for (const [path, { before }] of index) if (!committed.has(path)) entries.set(path, isTaken(path) ? null : before);
  for (const [path, { before }] of staged) if (committed.has(path)) entries.set(path, before);
  return { files, entries, repositories, displaced };
}

/** Whether a file cannot be beside those given: one of them is above or below it. */
function takenBy(paths: readonly string[]): (path: string) => boolean {
  const taken = new Set(paths);
  const above = new Set(paths.flatMap(parentsOf));
  return (path) => above.has(path) || parentsOf(path).some((parent) => taken.has(parent));
}

function parentsOf(path: string): string[] {
  const parents: string[] = [];
  for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) parents.push(path.slice(0, slash));
  return parents;
}

function same(a: Entry | null, b: Entry | null): boolean {
  return a?.mode === b?.mode && a?.object === b?.object;
}
