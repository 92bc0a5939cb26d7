import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Entry, REPOSITORY_MODE } from "./differences.ts";

/**
 * Paths that stand where a file has to come back and that nothing keeps: ignored files, repositories. A directory in
 * the way is not one when all that it holds goes away.
 */
export function findObstacles(root: string, files: ReadonlyMap<string, Entry | null>): string[] {
  const found = new Set<string>();
  const isGoing = (path: string) => files.has(path);
  for (const [path, target] of files) {
    if (target === null) continue;
    const parent = fileAmongParents(root, path);
    if (parent !== null && !isGoing(parent)) found.add(parent);
    if (parent !== null || target.mode === REPOSITORY_MODE) continue;
    for (const inside of filesBelow(root, path)) if (!isGoing(inside)) found.add(inside);
  }
  return [...found];
}

/** The first parent of a path that is there and no directory. */
export function fileAmongParents(root: string, path: string): string | null {
  for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) {
    const parent = path.slice(0, slash);
    const stats = lstatSync(join(root, parent), { throwIfNoEntry: false });
    if (stats === undefined) return null;
    if (!stats.isDirectory()) return parent;
  }
  return null;
}

/** Everything in a directory that is no directory, however deep; a repository's own files among them. */
function* filesBelow(root: string, path: string): Generator<string> {
  if (lstatSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() !== true) return;
  for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
    const inside = `${path}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(root, inside);
    else yield inside;
  }
}
