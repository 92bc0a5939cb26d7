import { CueLoopError } from "../../../base/errors.ts";
import { ourPlace } from "./owner.ts";
import type { LockHolder, LockState } from "./state.ts";

/** The error of a lock that is held: names the place, the holder and the way out. Code `queue.lock_held`. */
export function lockHeld(state: LockState): CueLoopError {
  const marker = markerOf(state);
  const lines = [`Queue lock already held: ${state.path}${marker === null ? "" : ` (${marker})`}`];
  if (state.holder === null) lines.push(metadataLine(state));
  else lines.push(...holderLines(state.holder));
  const policy = policyLine(state);
  if (policy !== null) lines.push(policy);
  return new CueLoopError("queue.lock_held", {
    message: lines.join("\n"),
    hint: wayOut(state),
    where: { file: state.path },
  });
}

/** `STALE PID`, a review marker, or null. */
export function markerOf(state: LockState): string | null {
  if (state.kind === "stale" && state.holder !== null) return "STALE PID";
  return state.holder?.review ?? null;
}

/** The holder in lines of `  key: value`. */
export function holderLines({ owner }: LockHolder): string[] {
  const lines = [`  pid: ${owner.pid}`, `  label: ${owner.label}`, `  started: ${owner.startedAt}`, `  command: ${owner.command}`];
  if (owner.host !== null) lines.push(`  host: ${owner.host}`);
  if (owner.runId !== null) lines.push(`  run: ${owner.runId}`);
  return lines;
}

/** One line on an owner that cannot be told. */
export function metadataLine(state: LockState): string {
  return state.metadata === "unreadable"
    ? "  owner: its metadata is unreadable (no process id in it)"
    : "  owner: its metadata is missing (the lock directory names no holder)";
}

/** Why the lock is or is not cleared by itself; null when there is nothing to explain. */
export function policyLine(state: LockState): string | null {
  const holder = state.holder;
  if (holder === null) return null;
  if (state.kind === "stale") return "Its process is gone. Such a lock is cleared by the next command that changes the queue.";
  if (holder.judgement.reason === "elsewhere") {
    return `The holder runs ${placeOf(holder)}, so its process cannot be checked from here and the lock is treated as live.`;
  }
  if (holder.review === "PID REUSE REVIEW") {
    return "The holder started more than 7 days ago; its pid may belong to another process by now. Such a lock is never cleared by itself.";
  }
  if (holder.review === "OWNER TIME REVIEW") {
    return "The holder's start time cannot be right. Such a lock is never cleared by itself.";
  }
  return null;
}

/** Where a holder that cannot be judged from here lives, as far as its owner file tells. */
function placeOf({ owner }: LockHolder): string {
  const isHere = owner.host === null || owner.host === ourPlace().host;
  return isHere ? "in another pid namespace (a container, for example)" : `on host \`${owner.host}\``;
}

function wayOut(state: LockState): string {
  if (state.kind === "held" && state.holder?.review === null && state.holder.judgement.state === "live") {
    return "Wait until it has finished. `cueloop queue unlock --dry-run` shows the lock; `cueloop queue unlock` removes one that nobody holds.";
  }
  return "If no other CueLoop uses this repository, remove the lock: `cueloop queue unlock` (`--dry-run` only shows it).";
}
