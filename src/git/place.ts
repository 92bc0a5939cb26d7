import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import type { GitContext } from "./run.ts";

/** The directories that git uses for a work tree; the same one in a main checkout. */
export interface GitPlace {
  /** Of this work tree alone: HEAD, the index, what is in progress. */
  readonly own: string;
  /** Shared by all worktrees: branches, objects, configuration. */
  readonly common: string;
}

/**
 * Finds the directories of the work tree whose top level is `ctx.root`, or those of the `GIT_DIR` that `ctx` sets. Null
 * where git itself must be asked: below the top level, and wherever something is not as git makes it.
 */
export function gitPlace(ctx: GitContext): GitPlace | null {
  if (ctx.gitEnv?.["GIT_COMMON_DIR"] !== undefined) return null;
  try {
    const own = ownDirectory(ctx);
    if (own === null) return null;
    const link = join(own, "commondir");
    const common = existsSync(link) ? realpathSync(resolve(own, readFileSync(link, "utf8").trimEnd())) : own;
    // What git takes for a repository; it looks further up for anything less.
    const isOne = existsSync(join(own, "HEAD")) && isDirectory(join(common, "objects")) && isDirectory(join(common, "refs"));
    return isOne ? { own, common } : null;
  } catch {
    return null;
  }
}

/** The text of HEAD without the line end; null where refs are kept otherwise than as files. */
export function headText({ own, common }: GitPlace): string | null {
  const file = join(own, "HEAD");
  if (existsSync(join(common, "reftable")) || lstatSync(file).isSymbolicLink()) return null;
  const text = readFileSync(file, "utf8").trimEnd();
  // What other ref stores write there for old versions of git.
  return text === "ref: refs/heads/.invalid" ? null : text;
}

/** Whether a name in the git directory is one that every worktree has for itself, whatever is configured. */
export function isOwnName(name: string): boolean {
  return /^(?:index|index\.lock|BISECT_LOG|[A-Z_]*HEAD(?:\.lock)?|rebase-(?:merge|apply)(?:\/[\w-]+)?)$/.test(name);
}

/** Whether a ref is kept for each worktree by itself. */
export function isOwnRef(ref: string): boolean {
  return /^refs\/(?:worktree|bisect|rewritten)\//.test(ref);
}

function ownDirectory({ root, gitEnv }: GitContext): string | null {
  const given = gitEnv?.["GIT_DIR"];
  if (given !== undefined) return isAbsolute(given) ? given : null;
  const entry = join(root, ".git");
  const found = statSync(entry, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return entry;
  if (found?.isFile() !== true) return null;
  const target = /^gitdir: ([^\n\0]+)\n*$/.exec(readFileSync(entry, "utf8"))?.[1];
  return target === undefined ? null : realpathSync(resolve(root, target));
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** git's own directories for linked worktrees whose place is known, with the path of each, in the order of the paths. */
export function linkedWorktrees(common: string): { readonly admin: string; readonly path: string }[] {
  const places = join(common, "worktrees");
  const found = (existsSync(places) ? readdirSync(places) : []).flatMap((name) => {
    const admin = join(places, name);
    const gitdir = join(admin, "gitdir");
    if (!existsSync(gitdir)) return [];
    return [{ admin, path: resolve(admin, readFileSync(gitdir, "utf8").trimEnd()).replace(/\/\.git$/, "") }];
  });
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Path of the main checkout; null where there may be none. */
export function mainCheckout(common: string): string | null {
  if (existsSync(join(common, "config.worktree"))) return null;
  if (basename(common) !== ".git" || /^\s*(?:bare\s*=\s*true|bare\s*$|worktree\s*=)/im.test(readFileSync(join(common, "config"), "utf8")))
    return null;
  return realpathSync(dirname(common));
}
