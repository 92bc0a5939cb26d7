import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Instant } from "../../base/clock.ts";
import { CueLoopError } from "../../base/errors.ts";
import { commandLine } from "../../base/identity.ts";
import { shellWord } from "../../base/shell.ts";
import { type LockHolder, lockHolder } from "./lock-holder.ts";

/** How git says that the index is locked, and how long is waited for another process to give it up. */
export const INDEX_LOCK = { pattern: /Unable to create '([^'\n]*index\.lock)': File exists/, attempts: 10, waitMs: 200 } as const;

/** The lock of the index that git found in its way, by what it printed; null when that was no trouble. */
export function indexLockIn(stderr: string, root: string): string | null {
  const path = INDEX_LOCK.pattern.exec(stderr)?.[1];
  return path === undefined ? null : resolve(root, path);
}

/**
 * The error for an index that stays locked. The lock holds no trace of who made it, so that it is never removed
 * here: the message says what can be known, and how a person does it.
 */
export function indexLocked(path: string, root: string, now: Instant): CueLoopError {
  const holder = holderOf(path, root);
  const file = `${path} ${ageOf(path, now)}`;
  const remove = `  rm ${shellWord(path)}`;
  const where = { file: path };
  switch (holder.kind) {
    case "process":
      return new CueLoopError("git.index_locked", {
        message: `The index of git is locked: ${file}, and process ${holder.pid} (${commandLine(holder.pid).slice(0, 100)}) works in the repository.`,
        hint: "Wait until that process has ended, or end it. If the file is still there then, remove it:\n".concat(remove),
        where,
      });
    case "none":
      return new CueLoopError("git.index_locked", {
        message: `The index of git is locked: ${file}, and no git process works in the repository. One that was killed left it behind.`,
        hint: `Remove it, then start again; nothing of yours is in it:\n${remove}`,
        where,
      });
    case "unknown":
      return new CueLoopError("git.index_locked", {
        message: `The index of git is locked: ${file}. Whether a git process still uses it cannot be told here.`,
        hint: `When no git process works in the repository, an editor's included, remove it and start again:\n${remove}`,
        where,
      });
  }
}

function ageOf(path: string, now: Instant): string {
  const made = statSync(path, { bigint: true, throwIfNoEntry: false })?.mtimeNs;
  if (made === undefined) return "was there a moment ago";
  const seconds = Math.max(0, Math.floor(Number(now - made) / 1e9));
  if (seconds < 120) return `is ${seconds} s old`;
  return seconds < 7200 ? `is ${Math.floor(seconds / 60)} min old` : `is ${Math.floor(seconds / 3600)} h old`;
}

function holderOf(lock: string, root: string): LockHolder {
  const gitDir = dirname(lock);
  const linked = join(gitDir, "gitdir");
  const top = existsSync(linked) ? dirname(readFileSync(linked, "utf8").trim()) : dirname(gitDir);
  return lockHolder(lock, [gitDir, top, root]);
}
