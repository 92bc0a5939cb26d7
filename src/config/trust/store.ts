import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, statSync, unlinkSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { BaseContext } from "../../base/context.ts";
import { CueLoopError, errnoOf, messageOf } from "../../base/errors.ts";
import { readTextIfExists, writeAtomic } from "../../base/files.ts";
import { processLiveness } from "../../base/identity.ts";
import { parseJsonc } from "../../base/jsonc.ts";
import { parseValue } from "../../base/parse.ts";
import { stateDirectory } from "../paths.ts";
import { type DataConsent, TrustRecord, withConsent } from "./record.ts";
import type { RepositoryIdentity } from "./repository-key.ts";

/** Of the file of texts beside a record. */
export const TEXTS_SUFFIX = ".texts.gz";
/** Of the file of commands beside a record. */
export const COMMANDS_SUFFIX = ".commands";
const LOCK_WAIT_MS = 5000;
const LOCK_POLL_MS = 20;
const NO_PLACE = "neither XDG_STATE_HOME nor HOME is set";

export interface StoredConsents {
  /** Newest first; empty before the first use. */
  readonly data: readonly DataConsent[];
  /** Why the store is not used; null when it is. */
  readonly unusable: string | null;
}

export interface StoredRecord {
  /** Null: nothing was decided about the repository. */
  readonly record: TrustRecord | null;
  /** Why the store is not used; null when it is. */
  readonly unusable: string | null;
}

/** What the user agreed to in this repository. Throws `config.trust_record` for a damaged record. */
export function readConsents(context: Pick<BaseContext, "env">, identity: RepositoryIdentity): StoredConsents {
  const { record, unusable } = readTrustRecord(context, identity);
  return { data: record?.data ?? [], unusable };
}

/** Everything the user decided about this repository. Throws `config.trust_record` for a damaged record. */
export function readTrustRecord(context: Pick<BaseContext, "env">, identity: RepositoryIdentity): StoredRecord {
  const directory = trustDirectory(context);
  const unusable = directory === null ? NO_PLACE : unsafeReason(directory);
  if (directory === null || unusable !== null) return { record: null, unusable };
  return { record: readRecord(join(directory, `${identity.key}.json`)), unusable: null };
}

/** Adds a consent to the user's record of the repository; nothing is written where the store is unusable. */
export async function recordConsent(
  context: Pick<BaseContext, "env" | "clock" | "signal">,
  identity: RepositoryIdentity,
  consent: DataConsent,
): Promise<void> {
  await changeTrustRecord(context, identity, (record) => withConsent(record, consent));
}

/**
 * Changes the user's record of a repository under its lock.
 * @returns false where the store is unusable, and nothing is written
 */
export async function changeTrustRecord(
  context: Pick<BaseContext, "env" | "clock" | "signal">,
  identity: RepositoryIdentity,
  change: (record: TrustRecord) => TrustRecord,
): Promise<boolean> {
  const directory = trustDirectory(context);
  if (directory === null || unsafeReason(directory) !== null) return false;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw unwritable(directory, cause);
  }
  if (unsafeReason(directory) !== null) return false;
  const file = join(directory, `${identity.key}.json`);
  const lock = join(directory, `${identity.key}.lock`);
  await takeLock(context, lock);
  try {
    const empty: TrustRecord = { version: 1, repo: { root: identity.root, git_common_dir: identity.commonDir }, decisions: [], data: [] };
    writeAtomic(file, `${JSON.stringify(change(readRecord(file) ?? empty), null, 2)}\n`, { mode: 0o600 });
    return true;
  } finally {
    unlinkSync(lock);
  }
}

/** Where the user's decisions are, and what else is kept about them; null without a place for it, or an unsafe one. */
export function usableTrustDirectory(context: Pick<BaseContext, "env">): string | null {
  const directory = trustDirectory(context);
  return directory === null || unsafeReason(directory) !== null ? null : directory;
}

/** Every repository's record. */
export interface AllRecords {
  readonly records: readonly { readonly file: string; readonly record: TrustRecord }[];
  /** Of the records that are damaged. */
  readonly problems: readonly CueLoopError[];
}

/** Reads every repository's record. Throws `config.trust_unusable` where the place for them cannot be used. */
export function readAllRecords(context: Pick<BaseContext, "env">): AllRecords {
  const directory = trustDirectory(context);
  const unusable = directory === null ? NO_PLACE : unsafeReason(directory);
  if (directory === null || unusable !== null) {
    throw new CueLoopError("config.trust_unusable", {
      message: `Your trust decisions cannot be read: ${unusable ?? NO_PLACE}.`,
      hint: "Have XDG_STATE_HOME name a directory that is yours alone.",
    });
  }
  const names = existsSync(directory) ? readdirSync(directory) : [];
  const records: { readonly file: string; readonly record: TrustRecord }[] = [];
  const problems: CueLoopError[] = [];
  for (const name of names.filter((known) => /^[0-9a-f]{32}\.json$/.test(known)).sort()) {
    const file = join(directory, name);
    try {
      const record = readRecord(file);
      if (record !== null) records.push({ file, record });
    } catch (error) {
      if (!(error instanceof CueLoopError)) throw error;
      problems.push(error);
    }
  }
  return { records, problems };
}

/** Forgets one repository's record, and what is kept beside it. `file`: as `readAllRecords` names it. */
export function removeRecord(file: string): void {
  unlinkIfThere(file);
  for (const suffix of [TEXTS_SUFFIX, COMMANDS_SUFFIX]) unlinkIfThere(file.replace(/\.json$/, suffix));
}

function trustDirectory(context: Pick<BaseContext, "env">): string | null {
  const state = stateDirectory(context.env);
  return state === null ? null : join(state, "trust");
}

/** Decisions that somebody else could have written are none, and neither are those of a place that is no directory. */
function unsafeReason(directory: string): string | null {
  let stat: ReturnType<typeof statSync>;
  try {
    stat = statSync(directory, { throwIfNoEntry: false });
  } catch (error) {
    return `${directory} cannot be looked at (${messageOf(error)})`;
  }
  if (stat === undefined) return null;
  if (!stat.isDirectory()) return `${directory} is not a directory`;
  if (process.platform === "win32") return null;
  if (stat.uid !== process.getuid?.()) return `${directory} belongs to another user`;
  return (stat.mode & 0o022) === 0 ? null : `${directory} is writable by others; \`chmod 700\` it`;
}

function readRecord(file: string): TrustRecord | null {
  try {
    const text = readTextIfExists(file);
    return text === null ? null : parseValue(TrustRecord, parseJsonc(text, file), "record of trust decisions");
  } catch (error) {
    if (!(error instanceof CueLoopError)) throw error;
    throw new CueLoopError("config.trust_record", {
      message: "The record of what you trust in a repository cannot be read",
      hint: `Delete ${file}; what it held is asked about anew.`,
      where: { file },
      cause: error,
    });
  }
}

async function takeLock(context: Pick<BaseContext, "clock" | "signal">, lock: string): Promise<void> {
  const end = context.clock.monotonicMs() + LOCK_WAIT_MS;
  while (!createLock(lock)) {
    if (isDead(lock)) unlinkIfThere(lock);
    else if (context.clock.monotonicMs() > end || context.signal.aborted) {
      throw new CueLoopError("config.trust_locked", {
        message: `Another command is writing the trust decisions of this repository (${lock}).`,
        hint: "Try again; if no other command runs, delete that file.",
        where: { file: lock },
      });
    } else await context.clock.sleep(LOCK_POLL_MS, context.signal);
  }
}

function createLock(lock: string): boolean {
  try {
    const descriptor = openSync(lock, "wx", 0o600);
    writeSync(descriptor, String(process.pid));
    closeSync(descriptor);
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw unwritable(dirname(lock), error);
  }
}

function unwritable(directory: string, cause: unknown): CueLoopError {
  return new CueLoopError("config.trust_unwritable", {
    message: "What you trust cannot be recorded",
    hint: `Make ${directory} writable, or have XDG_STATE_HOME name a directory that is.`,
    where: { file: directory },
    cause,
  });
}

/** An empty lock is one that is being written. */
function isDead(lock: string): boolean {
  try {
    const pid = Number(readFileSync(lock, "utf8"));
    return pid > 0 && processLiveness(pid) === "dead";
  } catch {
    return false;
  }
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
}
