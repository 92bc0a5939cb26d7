import * as v from "valibot";
import { readJson } from "../../base/json/read.ts";

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Left in the worktree of a task whose work could not be brought in; other programs read it too. */
export const BlockedMarker = v.object({
  task_id: v.string(),
  reason: v.string(),
  attempt: Count,
  max_attempts: Count,
  /** RFC 3339, UTC. */
  generated_at: v.string(),
});
export type BlockedMarker = v.InferOutput<typeof BlockedMarker>;

/** The marker; null when there is none, or none that can be understood. */
export function readBlockedMarker(path: string): BlockedMarker | null {
  return readJson(BlockedMarker, path);
}
