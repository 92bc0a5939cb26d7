import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../../base/errors.ts";
import { type GitPlace, gitPlace, headText, isOwnName, isOwnRef, linkedWorktrees, mainCheckout } from "../place.ts";
import type { GitContext } from "../run.ts";

/** A ref and the full id of the object it names, a commit or a tree. */
export interface Ref {
  readonly name: string;
  readonly object: string;
}

/** An entry of `git worktree list`. */
export interface WorktreeEntry {
  /** Absolute. */
  readonly path: string;
  /** Null for a branch without a commit. */
  readonly head: string | null;
  /** Short name; null when HEAD is detached. */
  readonly branch: string | null;
  /** Null when not locked; "" when locked without a reason. */
  readonly locked: string | null;
}

/** An answer without a git process; null where git itself must be asked. */
export type Answer<T> = { readonly value: T } | null;

/**
 * Reads HEAD or a full name (`refs/…`), in linked worktrees too. Only refs as files are read; whatever looks odd is
 * git's to answer.
 * @returns the object's id, not peeled; the value null: there is no such ref, or HEAD is a branch without a commit
 */
export async function readRefInProcess(ctx: GitContext, ref: string): Promise<Answer<string | null>> {
  return quietly(ctx, async (place, head) => {
    if (ref !== "HEAD") return resolved(place, ref);
    if (isObject(head)) return { value: head };
    const target = targetOf(head);
    return target === null ? null : resolved(place, target);
  });
}

/** Name of the checked-out branch, the value null for a detached HEAD. */
export async function branchInProcess(ctx: GitContext): Promise<Answer<string | null>> {
  return quietly(ctx, async (_, head) => {
    if (isObject(head)) return { value: null };
    const target = targetOf(head);
    return target?.startsWith("refs/heads/") === true ? { value: target.slice("refs/heads/".length) } : null;
  });
}

/**
 * Refs below `prefix`, which ends in a slash, sorted by name: those kept as files of
 * their own. Null where git itself must be asked: packed refs below it among others.
 */
export async function refsInProcess(ctx: GitContext, prefix: string): Promise<Ref[] | null> {
  if (!prefix.endsWith("/") || isOwnRef(prefix)) return null;
  const answer = await quietly(ctx, async ({ common }) => {
    if (isPacked(common, prefix)) return null;
    const { listRefFiles, readRefFile } = await import("./plain-refs.ts");
    const found = await listRefFiles(common, prefix.slice(0, -1));
    // Packed while it was listed: the files may be gone by now.
    if (isPacked(common, prefix)) return null;
    const names = found.filter((name) => !name.endsWith(".lock")).map((name) => `${prefix}${name}`);
    return { value: await Promise.all(names.sort().map(async (name) => ({ name, object: await readRefFile(common, name) }))) };
  });
  return answer?.value ?? null;
}

/** Absolute path of something that every worktree has for itself, for example `rebase-merge`; null: git must be asked. */
export function pathInProcess(ctx: GitContext, name: string): string | null {
  if (!isOwnName(name) || (name === "index" && ctx.gitEnv?.["GIT_INDEX_FILE"] !== undefined)) return null;
  const place = gitPlace(ctx);
  return place === null ? null : join(place.own, name);
}

/** Every worktree of the repository, the main one first. */
export async function worktreesInProcess(ctx: GitContext): Promise<Answer<WorktreeEntry[]>> {
  return quietly(ctx, async ({ common }) => {
    const main = mainCheckout(common);
    if (main === null) return null;
    const entries: WorktreeEntry[] = [];
    for (const { admin: own, path } of [{ admin: common, path: main }, ...linkedWorktrees(common)]) {
      // One whose making was interrupted may have none.
      const head = existsSync(join(own, "HEAD")) ? headText({ own, common }) : "";
      if (head === null) return null;
      const target = targetOf(head);
      const at = target === null ? { value: isObject(head) ? head : null } : await resolved({ own, common }, target);
      if (at === null) return null;
      const lock = join(own, "locked");
      const locked = own !== common && existsSync(lock) ? readFileSync(lock, "utf8").trim() : null;
      entries.push({ path, head: at.value, branch: target?.replace(/^refs\/heads\//, "") ?? null, locked });
    }
    return { value: entries };
  });
}

/** Null for whatever cannot be read here: git is asked then, and its error is the one that counts. */
async function quietly<T>(ctx: GitContext, read: (place: GitPlace, head: string) => Promise<Answer<T>>): Promise<Answer<T>> {
  try {
    const place = gitPlace(ctx);
    const head = place === null ? null : headText(place);
    return place === null || head === null ? null : await read(place, head);
  } catch {
    return null;
  }
}

async function resolved(place: GitPlace, ref: string): Promise<Answer<string | null>> {
  if (!/^refs\/[\w./+=,-]+$/.test(ref) || /\.\.|\/\/|\/\.|[./]$/.test(ref)) return null;
  const directory = isOwnRef(ref) ? place.own : place.common;
  // Packing writes the one file before it takes the other away, so that this order misses nothing.
  if (isNoFile(join(directory, ref)) && !isPacked(directory, `${ref}\n`)) return { value: null };
  const { readRefFile } = await import("./plain-refs.ts");
  const object = await readRefFile(directory, ref);
  return isObject(object) ? { value: object } : null;
}

/** What stands in the way of a file can be a directory for longer names, or a file in place of one. */
function isNoFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() !== true;
  } catch (error) {
    if (errnoOf(error) === "ENOTDIR") return true;
    throw error;
  }
}

function isPacked(directory: string, prefix: string): boolean {
  const packed = join(directory, "packed-refs");
  return existsSync(packed) && readFileSync(packed, "utf8").includes(` ${prefix}`);
}

/** The ref that the text of HEAD leads to. */
function targetOf(head: string): string | null {
  return /^ref: (refs\/\S+)$/.exec(head)?.[1] ?? null;
}

function isObject(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}
