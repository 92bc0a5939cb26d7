import { type GitContext, gitRecords } from "../run.ts";

/** What a tree or the index says of one path. */
export interface Entry {
  /** Six octal digits: `100644`, `100755`, `120000` (a link) or `160000` (another repository). */
  readonly mode: string;
  readonly object: string;
}

export const REPOSITORY_MODE = "160000";

/** One path that differs; null: it is not there. */
export interface Difference {
  readonly before: Entry | null;
  readonly after: Entry | null;
}

/** Paths (relative to the top level) that differ between two trees or commits, a rename being two paths. */
export async function treeDifferences(top: GitContext, before: string, after: string): Promise<Map<string, Difference>> {
  if (before === after) return new Map();
  return parseRaw(await gitRecords(top, ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", before, after]));
}

/** Paths whose entry in the index is not that of `tree`; what is only announced (`git add --intent-to-add`) counts as absent. */
export async function indexDifferences(top: GitContext, tree: string): Promise<Map<string, Difference>> {
  const args = ["diff-index", "--cached", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--ita-invisible-in-index", tree];
  return parseRaw(await gitRecords(top, args));
}

/** Records of a raw diff: `:<mode> <mode> <object> <object> <letter>`, then the path. */
export function parseRaw(records: readonly string[]): Map<string, Difference> {
  const found = new Map<string, Difference>();
  for (let at = 0; at + 1 < records.length; at += 2) {
    const [modeBefore = "", modeAfter = "", objectBefore = "", objectAfter = ""] = (records[at] ?? "").slice(1).split(" ");
    const path = records[at + 1] ?? "";
    const known = found.get(path);
    const difference = { before: entry(modeBefore, objectBefore), after: entry(modeAfter, objectAfter) };
    // A conflict is told twice; once without what the index holds.
    found.set(path, known === undefined ? difference : { before: known.before ?? difference.before, after: null });
  }
  return found;
}

function entry(mode: string, object: string): Entry | null {
  return /^0*$/.test(mode) ? null : { mode, object };
}
