import { join } from "node:path";
import type { Instant } from "../../../base/clock.ts";
import { parseTemporaryName } from "../../../base/files.ts";
import { type Liveness, processLiveness, processStart } from "../../../base/identity.ts";
import type { RepoContext } from "../../../config/context.ts";
import { fileTimes, type LockPaths, listDirectory, lockPaths, readQuietly } from "./files.ts";
import { type LockOwner, ourPlace, parseOwner } from "./owner.ts";
import { type Judgement, judgeOwner, type ReviewMarker, reviewMarker } from "./staleness.ts";

export type LockContext = Pick<
  RepoContext,
  "runtimeDir" | "queuePath" | "donePath" | "clock" | "insideRun" | "log" | "redact" | "signal"
> & {
  /** Set where the lock is another one than the queue lock, of the same form. */
  readonly lockPlace?: LockPaths;
};

export interface LockHolder {
  /** Name of the file in the lock directory. */
  readonly file: string;
  readonly owner: LockOwner;
  readonly judgement: Judgement;
  /** Set when a person should look at the holder's start time. */
  readonly review: ReviewMarker | null;
}

/** What the lock directory says at one moment. */
export interface LockState {
  /** Absolute path of the lock directory. */
  readonly path: string;
  /**
   * - `free`: no lock;
   * - `held`: by a holder that lives, or may live;
   * - `stale`: every holder is dead;
   * - `unclear`: a directory whose holder cannot be read.
   */
  readonly kind: "free" | "held" | "stale" | "unclear";
  /** Whether owner metadata could be read, was not there, or was there without naming a process. */
  readonly metadata: "known" | "missing" | "unreadable";
  /** The exclusive holder. */
  readonly owner: LockHolder | null;
  /** Holders that share the lock under the label `task`. */
  readonly sharers: readonly LockHolder[];
  /** Whom a message names: the owner, else the first sharer that is not dead, else the first sharer. */
  readonly holder: LockHolder | null;
  /** Identifies this very lock, so that only what was judged is cleared. */
  readonly identity: string;
  /** Age of the directory in milliseconds. */
  readonly ageMs: number;
  /** The directory is empty and a process that died while taking or giving back the lock left it. */
  readonly abandoned: boolean;
}

const OWNER = "owner";
const SHARER = /^owner_task_/;

/** Reads and judges the queue lock; changes nothing. */
export function readLockState(ctx: LockContext): LockState {
  const paths = lockPaths(ctx);
  const names = listDirectory(paths.lock);
  const times = fileTimes(paths.lock);
  if (names === null || times === null) return freeState(paths.lock);
  const now = ctx.clock.now();
  const contents = new Map<string, string>();
  for (const name of names) {
    const text = name === OWNER || SHARER.test(name) ? readQuietly(join(paths.lock, name)) : null;
    if (text !== null) contents.set(name, text);
  }
  const holders = [...contents].flatMap(([file, text]) => holderFrom(ctx, file, text, now));
  const owner = holders.find((holder) => holder.file === OWNER) ?? null;
  const sharers = holders.filter((holder) => holder.file !== OWNER);
  const living = [...(owner === null ? [] : [owner]), ...sharers].find((holder) => holder.judgement.state !== "dead");
  const abandoned = names.length === 0 && ctx.insideRun === null && wasAbandoned(paths, times.modifiedMs);
  return {
    path: paths.lock,
    kind: living !== undefined ? "held" : holders.length > 0 || abandoned ? "stale" : "unclear",
    metadata: holders.length > 0 ? "known" : contents.size > 0 ? "unreadable" : "missing",
    owner,
    sharers,
    holder: living ?? owner ?? sharers[0] ?? null,
    identity: names.map((name) => `${name}\n${contents.get(name) ?? ""}`).join("\n"),
    ageMs: Math.max(0, Number(now / 1_000_000n) - times.modifiedMs),
    abandoned,
  };
}

/** Whether a process that lives, or may live, holds the queue lock. */
export function isLockLive(ctx: LockContext): boolean {
  return readLockState(ctx).kind === "held";
}

/** Judges an owner by where it lives and by its process. A `pid_start` that no longer fits means another process has the pid now. */
export function judgeHere(insideRun: boolean, owner: LockOwner): Judgement {
  return judgeOwner({ insideRun, us: ourPlace(), owner, liveness: () => livenessOf(owner.pid, owner.pidStart) });
}

/** Liveness of a process by pid and, where known, by its start time. */
export function livenessOf(pid: number, pidStart: string | null): Liveness {
  const liveness = processLiveness(pid);
  if (liveness === "dead" || pidStart === null) return liveness;
  const start = processStart(pid);
  return start !== null && start !== pidStart ? "dead" : liveness;
}

function holderFrom(ctx: LockContext, file: string, text: string, now: Instant): LockHolder[] {
  const owner = parseOwner(text);
  if (owner === null) return [];
  const judgement = judgeHere(ctx.insideRun !== null, owner);
  return [{ file, owner, judgement, review: reviewMarker(judgement, owner.startedAt, now) }];
}

/** A dead process moved its owner file in or out at the moment the empty directory got its present form. */
function wasAbandoned(paths: LockPaths, directoryMs: number): boolean {
  return (listDirectory(paths.cache) ?? []).some((name) => {
    const temporary = parseTemporaryName(name);
    if (temporary === null || temporary.target !== "lock") return false;
    const times = fileTimes(join(paths.cache, name));
    const near = times !== null && Math.abs(times.changedMs - directoryMs) <= 2000;
    return near && livenessOf(temporary.pid, temporary.pidStart === "0" ? null : temporary.pidStart) === "dead";
  });
}

function freeState(path: string): LockState {
  return { path, kind: "free", metadata: "missing", owner: null, sharers: [], holder: null, identity: "", ageMs: 0, abandoned: false };
}
