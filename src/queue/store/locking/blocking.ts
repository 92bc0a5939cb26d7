import type { BlockingState } from "../../blocking.ts";
import { metadataLine, policyLine } from "./refusal.ts";
import type { LockState } from "./state.ts";

/**
 * The state in which a lock leaves the queue. A free one is one that was held a moment ago.
 * @param observedAt RFC 3339, UTC
 */
export function lockBlocking(state: LockState, observedAt: string): BlockingState {
  const owner = state.holder?.owner ?? null;
  return {
    status: "stalled",
    reason: { kind: "lock_blocked", lock_path: state.path, ...(owner === null ? {} : { owner: owner.label, owner_pid: owner.pid }) },
    ...textOf(state),
    observed_at: observedAt,
  };
}

const BY_HAND =
  "It is never cleared by itself: make sure that no other CueLoop uses this repository, then remove it with `cueloop queue unlock`.";

function textOf(state: LockState): Pick<BlockingState, "message" | "detail"> {
  const holder = state.holder?.owner;
  const who = holder === undefined ? "" : ` \`${holder.label}\` (pid ${holder.pid}, since ${holder.startedAt})`;
  switch (state.kind) {
    case "free":
      return { message: "The queue lock was held by somebody else.", detail: "It is free again." };
    case "held":
      return {
        message: `The queue lock is held by${who}.`,
        detail: policyLine(state) ?? "Wait until it has finished, or look at it with `cueloop queue unlock --dry-run`.",
      };
    case "stale":
      return {
        message: `The queue lock was left behind${who === "" ? "" : ` by${who}, which is gone`}.`,
        detail: "The next command that changes the queue clears it by itself.",
      };
    case "unclear":
      return state.metadata === "unreadable"
        ? { message: "The queue lock is held, but who holds it cannot be read.", detail: `${owned(state)} ${BY_HAND}` }
        : { message: "The queue lock is there, but names no holder.", detail: `${owned(state)} ${BY_HAND}` };
  }
}

function owned(state: LockState): string {
  return `${state.path}: ${metadataLine(state).trim()}.`;
}
