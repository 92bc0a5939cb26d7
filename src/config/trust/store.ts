import { closeSync, mkdirSync, openSync, readFileSync, statSync, unlinkSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { BaseContext } from "../../base/context.ts";
import { CueLoopError, errnoOf } from "../../base/errors.ts";
import { readTextIfExists, writeAtomic } from "../../base/files.ts";
import { processLiveness } from "../../base/identity.ts";
import { parseJsonc } from "../../base/jsonc.ts";
import { parseValue } from "../../base/parse.ts";
import { stateDirectory } from "../paths.ts";
import { type DataConsent, TrustRecord, withConsent } from "./record.ts";
import type { RepositoryIdentity } from "./repository-key.ts";

const LOCK_WAIT_MS = 5000;
const LOCK_POLL_MS = 20;

export interface StoredConsents {
  /** Newest first; empty before the first use. */
  readonly data: readonly DataConsent[];
  /** Why the store is not used; null when it is. */
  readonly unusable: string | null;
}

/** What the user agreed to in this repository. Throws `config.trust_record` for a damaged record. */
export function readConsents(context: Pick<BaseContext, "env">, identity: RepositoryIdentity): StoredConsents {
  const directory = trustDirectory(context);
  const unusable = directory === null ? "neither XDG_STATE_HOME nor HOME is set" : unsafeReason(directory);
  if (directory === null || unusable !== null) return { data: [], unusable };
  return { data: readRecord(join(directory, `${identity.key}.json`))?.data ?? [], unusable: null };
}

/** Adds a consent to the user's record of the repository; nothing is written where the store is unusable. */
export async function recordConsent(
  context: Pick<BaseContext, "env" | "clock" | "signal">,
  identity: RepositoryIdentity,
  consent: DataConsent,
): Promise<void> {
  const directory = trustDirectory(context);
  if (directory === null) return;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw unwritable(directory, cause);
  }
  if (unsafeReason(directory) !== null) return;
  const file = join(directory, `${identity.key}.json`);
  const lock = join(directory, `${identity.key}.lock`);
  await takeLock(context, lock);
  try {
    const empty: TrustRecord = { version: 1, repo: { root: identity.root, git_common_dir: identity.commonDir }, decisions: [], data: [] };
    const record = withConsent(readRecord(file) ?? empty, consent);
    writeAtomic(file, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  } finally {
    unlinkSync(lock);
  }
}

function trustDirectory(context: Pick<BaseContext, "env">): string | null {
  const state = stateDirectory(context.env);
  return state === null ? null : join(state, "trust");
}

/** Decisions that somebody else could have written are none. */
function unsafeReason(directory: string): string | null {
  const stat = statSync(directory, { throwIfNoEntry: false });
  if (stat === undefined || process.platform === "win32") return null;
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
      message: "The record of what you trusted in this repository cannot be read",
      hint: `Delete ${file}; the next run records the present content anew.`,
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
