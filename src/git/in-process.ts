import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { GitContext } from "./run.ts";

/** A ref and the full id of the object it names, a commit or a tree. */
export interface Ref {
  readonly name: string;
  readonly object: string;
}

/** HEAD may name a branch; longer chains are nothing we need. */
const MAX_STEPS = 5;
const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * Reads a ref without starting git, from the files it is kept in. Only in a main checkout: in a
 * linked worktree the answer would be wrong, and other ref stores are not read.
 * @returns the object's id (not peeled), or null where git itself must be asked
 */
export function readRefInProcess(ctx: GitContext, ref: string): string | null {
  const gitdir = plainGitDirectory(ctx);
  return gitdir === null ? null : resolveRef(gitdir, ref);
}

/** Name of the checked-out branch, or null where git itself must be asked (a detached HEAD among others). */
export function branchInProcess(ctx: GitContext): string | null {
  const gitdir = plainGitDirectory(ctx);
  const head = gitdir === null ? null : readIfThere(join(gitdir, "HEAD"));
  return /^ref: refs\/heads\/(\S+)\s*$/.exec(head ?? "")?.[1] ?? null;
}

/** The refs below `prefix`, which ends in a slash, sorted by name; null where git itself must be asked. */
export function refsInProcess(ctx: GitContext, prefix: string): Ref[] | null {
  const gitdir = plainGitDirectory(ctx);
  if (gitdir === null || !prefix.startsWith("refs/") || !prefix.endsWith("/")) return null;
  const refs: Ref[] = [];
  // Files first: git packs a ref before it deletes its file, so none is missed.
  const names = new Set([...looseNames(gitdir, prefix), ...packedNames(gitdir, prefix)]);
  for (const name of [...names].sort()) {
    const object = resolveRef(gitdir, name);
    if (object === null) return null;
    refs.push({ name, object });
  }
  return refs;
}

/** Absolute path of the index, or null where git itself must be asked. */
export function indexInProcess(ctx: GitContext): string | null {
  const gitdir = ctx.gitEnv?.["GIT_INDEX_FILE"] === undefined ? plainGitDirectory(ctx) : null;
  return gitdir === null ? null : join(gitdir, "index");
}

function plainGitDirectory(ctx: GitContext): string | null {
  const gitdir = join(ctx.root, ".git");
  const isPlain =
    ctx.gitEnv?.["GIT_DIR"] === undefined &&
    statSync(gitdir, { throwIfNoEntry: false })?.isDirectory() === true &&
    !existsSync(join(gitdir, "commondir")) &&
    !existsSync(join(gitdir, "reftable"));
  return isPlain ? gitdir : null;
}

function resolveRef(gitdir: string, ref: string): string | null {
  let name = ref;
  for (let step = 0; step < MAX_STEPS; step += 1) {
    if (name.split("/").includes("..")) return null;
    const content = readIfThere(join(gitdir, name))?.trim();
    if (content === undefined) return packedObject(gitdir, name);
    const target = /^ref: (refs\/\S+)$/.exec(content)?.[1];
    if (target === undefined) return OBJECT_ID.test(content) ? content : null;
    name = target;
  }
  return null;
}

function looseNames(gitdir: string, prefix: string): string[] {
  try {
    const entries = readdirSync(join(gitdir, prefix), { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && !entry.name.endsWith(".lock"))
      .map((entry) => join(entry.parentPath, entry.name).slice(gitdir.length + 1));
  } catch {
    return [];
  }
}

function packedNames(gitdir: string, prefix: string): string[] {
  return packedLines(gitdir)
    .map((line) => line.slice(line.indexOf(" ") + 1))
    .filter((name) => name.startsWith(prefix));
}

function packedObject(gitdir: string, ref: string): string | null {
  const line = packedLines(gitdir).find((candidate) => candidate.endsWith(` ${ref}`));
  const object = line?.slice(0, -ref.length - 1) ?? "";
  return OBJECT_ID.test(object) ? object : null;
}

/** `<object> <ref>`; comments and what tags are peeled to left out. */
function packedLines(gitdir: string): string[] {
  return (readIfThere(join(gitdir, "packed-refs")) ?? "").split("\n").filter((line) => /^[0-9a-f]/.test(line));
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
