import { chmodSync, closeSync, fsyncSync, lstatSync, openSync, readlinkSync, realpathSync, renameSync, statSync, writeSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { CueLoopError, errnoOf, isCueLoopError, messageOf } from "../../base/errors.ts";
import { ensureDirectory, syncDirectory, temporaryName } from "../../base/files.ts";
import type { TextParts } from "../file.ts";
import { removeIfThere } from "./locking/files.ts";

/** A file's new content, complete and on disk beside its target, which one rename puts in place. */
export interface StagedFile {
  /** Puts the content in place. */
  commit(): void;
  /** Gives it up; the target stays as it is. */
  discard(): void;
}

/**
 * Writes a text beside `path`, whose mode and, for a symlink, whose destination are kept. All the space that is
 * needed is taken here, so a full disk is met before anything has changed. `hasher` is given the bytes on their way.
 * Error: `queue.write_failed`.
 */
export function stageFile(path: string, text: TextParts, hasher: Bun.CryptoHasher | null = null): StagedFile {
  const target = destinationOf(path);
  const folder = dirname(target);
  const temporary = join(folder, temporaryName(basename(target)));
  try {
    ensureDirectory(folder);
    writeDurably(temporary, text, modeOf(target), hasher);
  } catch (error) {
    discardQuietly(temporary);
    throw writeFailed(path, error);
  }
  return {
    commit() {
      try {
        renameSync(temporary, target);
      } catch (error) {
        discardQuietly(temporary);
        throw writeFailed(path, error);
      }
      syncDirectory(folder);
    },
    discard: () => discardQuietly(temporary),
  };
}

/** Writes a file whole or not at all. Error: `queue.write_failed`. */
export function writeWhole(path: string, text: TextParts): void {
  stageFile(path, text).commit();
}

/** The error of a write that changed nothing. */
export function writeFailed(path: string, error: unknown): CueLoopError {
  if (isCueLoopError(error)) return error;
  return new CueLoopError("queue.write_failed", {
    message: `${path} cannot be written: ${systemReason(error)}`,
    hint: "The queue was left as it was. Make room or correct the permissions, then run the command again.",
    where: { file: path },
  });
}

/** The words of a system error without its code, call and path: `EACCES: permission denied, open '…'` is `permission denied`. */
export function systemReason(error: unknown): string {
  const message = messageOf(error);
  return /^E[A-Z0-9]+: ([^,]+)/.exec(message)?.[1] ?? message;
}

function writeDurably(path: string, text: TextParts, mode: number | null, hasher: Bun.CryptoHasher | null): void {
  const file = openSync(path, "w", mode ?? 0o644);
  try {
    writeParts(file, text, hasher);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  if (mode !== null) chmodSync(path, mode);
}

/**
 * Encodes, hashes and writes a piece at a time through one buffer that stays in the caches: a long text as a whole
 * would be copied several times, each time into memory the system has to find first.
 */
function writeParts(file: number, text: TextParts, hasher: Bun.CryptoHasher | null): void {
  const encoder = new TextEncoder();
  const buffer = new Uint8Array(BUFFER_BYTES);
  let filled = 0;
  const flush = () => {
    const bytes = buffer.subarray(0, filled);
    hasher?.update(bytes);
    for (let written = 0; written < filled; ) written += writeSync(file, bytes, written);
    filled = 0;
  };
  for (const part of text) {
    for (let rest = part; rest !== ""; ) {
      const { read, written } = encoder.encodeInto(rest, buffer.subarray(filled));
      filled += written;
      rest = rest.slice(read);
      if (rest !== "") flush();
    }
  }
  flush();
}

/** More at once, and ext4 takes pages in pieces so large that a virtual machine has to ask its host for them: ten times slower. */
const BUFFER_BYTES = 64 * 1024;

/** Where a symlink leads, also when nothing is there yet. */
function destinationOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") return path;
  }
  const link = lstatSync(path, { throwIfNoEntry: false });
  return link?.isSymbolicLink() === true ? resolve(dirname(path), readlinkSync(path)) : path;
}

function modeOf(path: string): number | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : found.mode & 0o7777;
}

function discardQuietly(path: string): void {
  try {
    removeIfThere(path);
  } catch {}
}
