import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../../../base/errors.ts";

/** The paths of a lock and of what belongs to it. */
export interface LockPaths {
  /** What messages call it. */
  readonly name: string;
  /** The directory whose existence is the lock. */
  readonly lock: string;
  /** Everything else is kept here, where git ignores it. */
  readonly cache: string;
  /** The inner mutex of holders that share the lock. */
  readonly mutex: string;
}

/** The paths of the lock that a context is about: the queue lock of its runtime directory unless it names another. */
export function lockPaths(ctx: { readonly runtimeDir: string; readonly lockPlace?: LockPaths }): LockPaths {
  if (ctx.lockPlace !== undefined) return ctx.lockPlace;
  const cache = join(ctx.runtimeDir, "cache");
  return { name: "queue lock", lock: join(ctx.runtimeDir, "lock"), cache, mutex: join(cache, "lock.mutate") };
}

/** Writes a new file and leaves it closed; removes it again when the write fails. */
export function writeNewFile(path: string, text: string, options: { readonly sync: boolean; readonly mode?: number }): void {
  const file = openSync(path, "w", options.mode ?? 0o644);
  try {
    writeSync(file, text);
    if (options.sync) fsyncSync(file);
  } catch (error) {
    removeIfThere(path);
    throw error;
  } finally {
    closeSync(file);
  }
}

/** Creates `path` with `text` if nothing is there, in one step; false when something is. Where hard links are not possible, the content follows the name. */
export function createExclusive(path: string, temporary: string, text: string, mode = 0o644): boolean {
  writeNewFile(temporary, text, { sync: false, mode });
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    const code = errnoOf(error);
    if (code === "EEXIST") return false;
    if (code === "ENOSPC" || code === "EDQUOT" || code === "EROFS") throw error;
    return createThenWrite(path, text, mode);
  } finally {
    removeIfThere(temporary);
  }
}

function createThenWrite(path: string, text: string, mode: number): boolean {
  let file: number;
  try {
    file = openSync(path, "wx", mode);
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  }
  try {
    writeSync(file, text);
  } finally {
    closeSync(file);
  }
  return true;
}

/** `mkdir` as a test and set: false when the directory is there already. */
export function makeDirectory(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** Removes a file; one that is not there is fine. */
export function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
}

/** Removes a file or a directory with what is in it; nothing there is fine. */
export function removeTree(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

/** Text of a file, or null when it is gone or cannot be read. */
export function readQuietly(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** Names in a directory, sorted; null when there is no such directory. */
export function listDirectory(path: string): string[] | null {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    const code = errnoOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw error;
  }
}

/** Times of a file in milliseconds since the epoch, or null when it is gone. */
export function fileTimes(path: string): { readonly modifiedMs: number; readonly changedMs: number } | null {
  try {
    const { mtimeMs, ctimeMs } = statSync(path);
    return { modifiedMs: mtimeMs, changedMs: ctimeMs };
  } catch {
    return null;
  }
}
