import {
  closeSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { CueLoopError, errnoOf, messageOf } from "./errors.ts";
import { hasEnded, processStart } from "./identity.ts";

const MAX_LINKS = 40;
const TEMPORARY = /^\.(.+)\.tmp-(\d+)-(\d+)$/;

export interface WriteOptions {
  /** Permissions of a file that does not exist yet, before the umask; default 0644. An existing file keeps its own. */
  readonly mode?: number;
  /**
   * False: the new bytes need not survive a power cut, as what is true of live processes only. `content`: after one the
   * file is whole, but may be the one from before. Default true.
   */
  readonly durable?: boolean | "content";
}

/**
 * Replaces a file so that a reader, and a crash at any point, sees the old bytes or the new ones. Missing
 * directories are made; through a symlink the file it points to is replaced. Error: `file.unwritable`.
 */
export function writeAtomic(path: string, data: string | Uint8Array, options: WriteOptions = {}): void {
  try {
    const target = followLinks(path);
    const directory = dirname(target);
    mkdirSync(directory, { recursive: true });
    const temporary = join(directory, temporaryName(basename(target)));
    try {
      writeNew(temporary, data, modeOf(target), options);
      renameSync(temporary, target);
    } catch (error) {
      unlinkIfThere(temporary);
      throw error;
    }
    if ((options.durable ?? true) === true) syncDirectory(directory);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/** The text of a file, null when there is none. Error: `file.unreadable`. */
export function readTextIfExists(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT") return null;
    throw new CueLoopError("file.unreadable", {
      message: `${path} cannot be read: ${reasonOf(cause)}.`,
      hint: "Check the path and its permissions.",
      where: { file: path },
      cause,
    });
  }
}

/** Name of a file of this process that is to become `target` beside it; a later start can recognise it as left behind. */
export function temporaryName(target: string): string {
  return `.${target}.tmp-${process.pid}-${processStart(process.pid) ?? "0"}`;
}

/** What `temporaryName` made, taken apart; null for any other name. */
export function parseTemporaryName(name: string): { readonly target: string; readonly pid: number; readonly pidStart: string } | null {
  const [, target, pid, pidStart] = TEMPORARY.exec(name) ?? [];
  if (target === undefined || pid === undefined || pidStart === undefined) return null;
  return { target, pid: Number(pid), pidStart };
}

/** Deletes what `writeAtomic` left behind in a directory when its process was killed. A directory that is not there is fine. */
export function removeStaleTemps(directory: string): void {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    return;
  }
  for (const name of names) {
    const temporary = parseTemporaryName(name);
    if (temporary !== null && hasEnded(temporary.pid, temporary.pidStart)) unlinkIfThere(join(directory, name));
  }
}

/** SHA-256 in lower-case hexadecimal; text is hashed as UTF-8. */
export function sha256(data: string | Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(data).digest("hex");
}

/** Makes a directory and its parents where they are missing. Error: `file.unwritable`. */
export function ensureDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/** The path behind a symlink, also when nothing is there yet. */
function followLinks(path: string): string {
  let current = resolve(path);
  for (let links = 0; links < MAX_LINKS; links += 1) {
    try {
      current = resolve(dirname(current), readlinkSync(current));
    } catch (error) {
      if (errnoOf(error) === "EINVAL" || errnoOf(error) === "ENOENT") return current;
      throw error;
    }
  }
  throw new Error("too many levels of symbolic links");
}

function modeOf(path: string): number | null {
  try {
    return statSync(path).mode & 0o7777;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return null;
    throw error;
  }
}

function writeNew(path: string, data: string | Uint8Array, kept: number | null, { mode = 0o644, durable = true }: WriteOptions): void {
  unlinkIfThere(path);
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  const descriptor = openSync(path, "wx", kept === null ? mode : kept & 0o777);
  try {
    if (kept !== null) fchmodSync(descriptor, kept);
    for (let offset = 0; offset < bytes.length; ) offset += writeSync(descriptor, bytes, offset);
    if (durable !== false) fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes a rename in a directory durable. Not every file system can do this, and the data itself is safe by now: failing is no error. */
export function syncDirectory(path: string): void {
  if (process.platform === "win32") return;
  try {
    const descriptor = openSync(path, "r");
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {}
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {}
}

function unwritable(path: string, cause: unknown): CueLoopError {
  return new CueLoopError("file.unwritable", {
    message: `${path} cannot be written: ${reasonOf(cause)}.`,
    hint:
      errnoOf(cause) === "ENOSPC"
        ? "Free some space; the file is as it was."
        : "Check the path and its permissions; the file is as it was.",
    where: { file: path },
    cause,
  });
}

function reasonOf(cause: unknown): string {
  switch (errnoOf(cause)) {
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "EISDIR":
      return "it is a directory";
    case "ENOTDIR":
    case "EEXIST":
      return "a part of its path is not a directory";
    case "ENOSPC":
    case "EDQUOT":
      return "no space is left on the device";
    case "EROFS":
      return "the file system is read-only";
    case "ELOOP":
      return "too many levels of symbolic links";
    default:
      return messageOf(cause);
  }
}
