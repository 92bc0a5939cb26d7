import { readRef } from "../../git/refs/refs.ts";
import type { GitContext } from "../../git/run.ts";
import { runRef } from "../refs.ts";
import type { SessionFile } from "../session/session-file.ts";
import type { Sidecar } from "../session/sidecar.ts";

/** An interrupted attempt at a task, whose work is in the tree. */
export interface EarlierAttempt {
  readonly session: SessionFile;
  /** Null when it is gone, or belongs to another session. */
  readonly sidecar: Sidecar | null;
  /** Whether the task goes on where it was; otherwise it begins anew on top of what the attempt left. */
  readonly resumed: boolean;
}

/** An attempt as its two files tell of it. */
export function earlierAttempt(session: SessionFile, sidecar: Sidecar | null, resumed: boolean): EarlierAttempt {
  return { session, sidecar: sidecar?.session_id === session.session_id ? sidecar : null, resumed };
}

/** The trees from before the attempt's first change; null when they are no longer kept. */
export async function earlierTrees(
  context: GitContext,
  { sidecar }: EarlierAttempt,
): Promise<{ readonly base: string; readonly index: string } | null> {
  if (sidecar === null) return null;
  const base = await readRef(context, sidecar.base ?? runRef(sidecar.run_id, "base"));
  const index = await readRef(context, runRef(sidecar.run_id, "index"));
  return base === null || index === null ? null : { base, index };
}

/** Every run that worked on the attempt, the last one included. */
export function runsOf({ sidecar }: EarlierAttempt): string[] {
  return sidecar === null ? [] : [...(sidecar.earlier_runs ?? []), sidecar.run_id];
}
