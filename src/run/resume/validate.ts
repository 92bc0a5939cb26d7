import { type Instant, parseTimestamp } from "../../base/clock.ts";
import type { TaskStatus } from "../../queue/task.ts";
import type { FoundSession, SessionFile } from "../session/session-file.ts";

/** What a saved session is worth now. */
export type SessionValidation =
  | { readonly kind: "no_session" }
  | { readonly kind: "corrupt"; readonly reason: string }
  | { readonly kind: "stale"; readonly session: SessionFile; readonly reason: string }
  /** `hours`: whole hours since it was written last. */
  | { readonly kind: "timed_out"; readonly session: SessionFile; readonly hours: number }
  | { readonly kind: "valid"; readonly session: SessionFile };

export interface ActiveTask {
  readonly id: string;
  readonly status: TaskStatus;
}

const NS_PER_HOUR = 3_600_000_000_000n;

/** Judges a session against the active queue and the clock. `timeoutHours` null: it never gets too old. */
export function validateSession(
  found: FoundSession,
  queue: readonly ActiveTask[],
  now: Instant,
  timeoutHours: number | null,
): SessionValidation {
  if (found.kind === "none") return { kind: "no_session" };
  if (found.kind === "corrupt") return { kind: "corrupt", reason: found.reason };
  const { session } = found;
  const task = queue.find((entry) => entry.id.trim() === session.task_id.trim());
  if (task === undefined) return { kind: "stale", session, reason: `${session.task_id} is not in the queue any more` };
  if (task.status !== "doing") return { kind: "stale", session, reason: `${session.task_id} is ${task.status}, not doing` };
  const hours = hoursSince(session.last_updated_at, now);
  if (timeoutHours !== null && hours !== null && hours >= timeoutHours) return { kind: "timed_out", session, hours };
  return { kind: "valid", session };
}

/** Whole hours since a timestamp; null when it cannot be read or lies in the future. */
export function hoursSince(timestamp: string, now: Instant): number | null {
  const at = parseTimestamp(timestamp)?.instant;
  return at === undefined || at > now ? null : Number((now - at) / NS_PER_HOUR);
}
