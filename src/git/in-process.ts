import * as fs from "node:fs";
import { join } from "node:path";
import type { GitContext } from "./run.ts";

/** A ref and the full id of the object it names, a commit or a tree. */
export interface Ref {
  readonly name: string;
  readonly object: string;
}

/**
 * Reads a ref without starting git. Only in a main checkout with refs as files: in a
 * linked worktree the answer would be wrong, and other ref stores are not read.
 * @returns the object's id (not peeled), or null where git itself must be asked
 */
export async function readRefInProcess(ctx: GitContext, ref: string): Promise<string | null> {
  const gitdir = plainGitDirectory(ctx);
  return gitdir === null ? null : quietly(async ({ readRefFile }) => readRefFile(gitdir, ref));
}

/** Name of the checked-out branch, or null where git itself must be asked (a detached HEAD among others). */
export async function branchInProcess(ctx: GitContext): Promise<string | null> {
  const gitdir = plainGitDirectory(ctx);
  return gitdir === null ? null : quietly(async ({ readBranchFile }) => (await readBranchFile(gitdir)) ?? null);
}

/**
 * Refs below `prefix`, which ends in a slash, sorted by name: those kept as files of
 * their own. Null where git itself must be asked: packed refs below it among others.
 */
export async function refsInProcess(ctx: GitContext, prefix: string): Promise<Ref[] | null> {
  const gitdir = plainGitDirectory(ctx);
  if (gitdir === null || !prefix.endsWith("/") || isPacked(gitdir, prefix)) return null;
  return quietly(async ({ listRefFiles, readRefFile }) => {
    const found = await listRefFiles(gitdir, prefix.slice(0, -1));
    // Packed while it was listed: the files may be gone by now.
    if (isPacked(gitdir, prefix)) return null;
    const names = found.filter((name) => !name.endsWith(".lock")).map((name) => `${prefix}${name}`);
    return Promise.all(names.sort().map(async (name) => ({ name, object: await readRefFile(gitdir, name) })));
  });
}

function isPacked(gitdir: string, prefix: string): boolean {
  const packed = join(gitdir, "packed-refs");
  return fs.existsSync(packed) && fs.readFileSync(packed, "utf8").includes(` ${prefix}`);
}

/** Absolute path of the index, or null where git itself must be asked. */
export function indexInProcess(ctx: GitContext): string | null {
  const gitdir = ctx.gitEnv?.["GIT_INDEX_FILE"] === undefined ? plainGitDirectory(ctx) : null;
  return gitdir === null ? null : join(gitdir, "index");
}

type PlainRefs = typeof import("./plain-refs.ts");

/** Null for whatever cannot be read here: git is asked then, and its error is the one that counts. */
async function quietly<T>(read: (files: PlainRefs) => Promise<T>): Promise<T | null> {
  try {
    return await read(await import("./plain-refs.ts"));
  } catch {
    return null;
  }
}

function plainGitDirectory(ctx: GitContext): string | null {
  const gitdir = join(ctx.root, ".git");
  const isPlain =
    ctx.gitEnv?.["GIT_DIR"] === undefined &&
    fs.statSync(gitdir, { throwIfNoEntry: false })?.isDirectory() === true &&
    !fs.existsSync(join(gitdir, "commondir")) &&
    !fs.existsSync(join(gitdir, "reftable"));
  return isPlain ? gitdir : null;
}
