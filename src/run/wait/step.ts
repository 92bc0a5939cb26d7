import type { WaitMode, WaitSettings } from "./settings.ts";

/** What a look at the queue showed. */
export type Look = "runnable" | "blocked" | "no_candidates" | "unreadable";

/** One round of a wait; times are milliseconds of a clock that never jumps. */
export interface WaitRound {
  readonly now: number;
  readonly stopRequested: boolean;
  readonly interrupted: boolean;
  /** A file of the runtime directory changed since the last look. */
  readonly changed: boolean;
  /** When the queue was last looked at; null: not yet. */
  readonly lookedAt: number | null;
  /** Since when the queue is blocked; null while it is empty, which no time limit ends. */
  readonly blockedSince: number | null;
  /** When a scheduled task may start, as far as one is known. */
  readonly dueAt: number | null;
  /** What this round's look showed; null before it. */
  readonly look: Look | null;
}

export type WaitStep =
  | { readonly kind: "stalled" | "stopped" | "interrupted" | "look" | "runnable" | "no_candidates" }
  | { readonly kind: "sleep"; readonly ms: number };

/** A stop request is noticed within this time where no watch tells of it. */
const LOOK_FOR_STOP_MS = 1000;

/** What a waiting loop does next. A `look` is followed by the same round with what it showed. */
export function nextWaitStep(mode: WaitMode, settings: WaitSettings, round: WaitRound): WaitStep {
  const { now, look } = round;
  const limit = round.blockedSince === null || settings.timeoutMs === 0 ? null : round.blockedSince + settings.timeoutMs;
  const nextLook = round.lookedAt === null ? now : round.lookedAt + (mode === "blocked_only" ? settings.pollMs : settings.emptyPollMs);
  const due = round.dueAt === null || round.dueAt > nextLook ? nextLook : round.dueAt;
  if (look === null) {
    if (limit !== null && now >= limit) return { kind: "stalled" };
    if (round.stopRequested) return { kind: "stopped" };
    if (round.interrupted) return { kind: "interrupted" };
    if (round.changed || now >= due) return { kind: "look" };
  }
  if (look === "runnable") return { kind: "runnable" };
  if (look === "no_candidates" && mode === "blocked_only") return { kind: "no_candidates" };
  const wake = Math.min(due, limit ?? due, now + LOOK_FOR_STOP_MS);
  return { kind: "sleep", ms: Math.max(1, Math.ceil(wake - now)) };
}
