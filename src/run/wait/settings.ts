import type { ResolvedConfig } from "../../config/resolved.ts";

/** Which waits a loop may make, and how. */
export interface WaitSettings {
  /** Wait while there are candidates, but all of them are blocked. */
  readonly whenBlocked: boolean;
  /** Wait in every case, also while there is no candidate at all. */
  readonly whenEmpty: boolean;
  /** Longest time between two looks at the queue while only blocked queues are waited for. */
  readonly pollMs: number;
  /** The same where empty queues are waited for too. */
  readonly emptyPollMs: number;
  /** Longest wait for a blocked queue, in milliseconds; 0: none. An empty one is waited for without an end. */
  readonly timeoutMs: number;
  /** Tell the person when a wait ended with work. */
  readonly notify: boolean;
}

/** What the command line says about waiting; what it leaves out is the configuration's to say. */
export interface WaitChoice {
  readonly whenBlocked?: boolean;
  readonly whenEmpty?: boolean;
  readonly pollMs?: number;
  readonly emptyPollMs?: number;
  readonly timeoutSeconds?: number;
  readonly notify?: boolean;
}

/** Shortest time between two looks, in milliseconds. */
export const LEAST_POLL_MS = 50;

/** The command line over `loop` of the configuration. */
export function waitSettings(choice: WaitChoice, loop: ResolvedConfig["loop"]): WaitSettings {
  return {
    whenBlocked: choice.whenBlocked ?? loop.wait_when_blocked,
    whenEmpty: choice.whenEmpty ?? loop.wait_when_empty,
    pollMs: Math.max(LEAST_POLL_MS, choice.pollMs ?? loop.wait_poll_ms),
    emptyPollMs: Math.max(LEAST_POLL_MS, choice.emptyPollMs ?? loop.empty_poll_ms),
    timeoutMs: (choice.timeoutSeconds ?? loop.wait_timeout_seconds) * 1000,
    notify: choice.notify ?? loop.notify_when_unblocked,
  };
}

/** `blocked_only` ends when no candidate is left; `empty_allowed` goes on then. */
export type WaitMode = "blocked_only" | "empty_allowed";

/** Whether a loop without a runnable task waits, and how; null: it ends. */
export function waitModeFor(found: "no_candidates" | "blocked", settings: WaitSettings): WaitMode | null {
  if (settings.whenEmpty) return "empty_allowed";
  return settings.whenBlocked && found === "blocked" ? "blocked_only" : null;
}
