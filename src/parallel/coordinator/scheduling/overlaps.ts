import type { Task } from "../../../queue/task.ts";
import { scopesOverlap } from "./scope.ts";

/** What one task changed, and when it was worked. */
export interface Footprint {
  readonly task: Pick<Task, "id" | "scope">;
  /** Relative to the top level, without the queue files. */
  readonly paths: readonly string[];
  /** Monotonic milliseconds. */
  readonly from: number;
  readonly to: number;
}

export interface Overlap {
  readonly tasks: readonly [string, string];
  readonly paths: readonly string[];
  /** Their scopes had said so. */
  readonly declared: boolean;
}

/** The earlier footprints that were made at the same time as this one and share paths with it. */
export function overlapsWith(earlier: readonly Footprint[], made: Footprint): Overlap[] {
  const own = new Set(made.paths);
  return earlier.flatMap((other) => {
    const paths = other.to > made.from && made.to > other.from ? other.paths.filter((path) => own.has(path)) : [];
    if (paths.length === 0) return [];
    return [{ tasks: [other.task.id.trim(), made.task.id.trim()], paths, declared: scopesOverlap(other.task.scope, made.task.scope) }];
  });
}
