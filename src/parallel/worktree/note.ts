import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import * as v from "valibot";
import { readTextIfExists, writeAtomic } from "../../base/files.ts";
import { readJson } from "../../base/json/read.ts";

/** What is known of a worktree apart from the state file; kept in git's directory for it, so that it goes when that goes. */
export const WorktreeNote = v.object({
  version: v.literal(1),
  task_id: v.string(),
  run_id: v.nullable(v.string()),
  /** Commit it was made from. */
  base: v.string(),
  branch: v.nullable(v.string()),
  /** RFC 3339, UTC. */
  created_at: v.string(),
  /** Seeded paths that git does not ignore there, relative to it. */
  seeded: v.optional(v.array(v.string()), []),
  /** Its removal has begun, with this tree (or commit) as its content, all of which is kept elsewhere. */
  removing: v.optional(v.nullable(v.string()), null),
});
export type WorktreeNote = v.InferOutput<typeof WorktreeNote>;

const FILE = "cueloop.json";

/** Whether making the worktree was finished; until then nobody has worked there. */
export function isFinished(admin: string): boolean {
  return existsSync(join(admin, FILE));
}

/** The note; null when there is none, or none that can be read. */
export function readNote(admin: string): WorktreeNote | null {
  return readJson(WorktreeNote, join(admin, FILE));
}

export function writeNote(admin: string, note: WorktreeNote): void {
  writeAtomic(join(admin, FILE), `${JSON.stringify(note, null, 2)}\n`);
}

/** git's own directory for the linked worktree at `path`, also when that is gone; null when git knows none there. */
export function adminDirectory(common: string, path: string): string | null {
  const wanted = canonicalPath(path);
  const places = join(common, "worktrees");
  for (const name of existsSync(places) ? readdirSync(places) : []) {
    const admin = join(places, name);
    const gitdir = readTextIfExists(join(admin, "gitdir"))?.trim();
    if (gitdir !== undefined && canonicalPath(dirname(resolve(admin, gitdir))) === wanted) return admin;
  }
  return null;
}

/** A path without symbolic links, as far as it exists; for comparing. */
export function canonicalPath(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    return dirname(absolute) === absolute ? absolute : join(canonicalPath(dirname(absolute)), basename(absolute));
  }
}

/** Branch a worktree is rebasing; null when it is not. */
export function rebasingBranch(admin: string): string | null {
  for (const state of ["rebase-merge", "rebase-apply"]) {
    try {
      return readFileSync(join(admin, state, "head-name"), "utf8")
        .trim()
        .replace(/^refs\/heads\//, "");
    } catch {}
  }
  return null;
}
