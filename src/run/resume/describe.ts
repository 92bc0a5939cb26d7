import type { SessionFile } from "../session/session-file.ts";

const PHASES: Readonly<Record<number, string>> = { 1: "planning", 2: "implementation", 3: "review" };

/** What a session says of its task, in one sentence. */
export function sessionLine(session: SessionFile): string {
  const phase = PHASES[session.current_phase] ?? `phase ${session.current_phase}`;
  const iteration =
    session.iterations_planned > 1 ? `, iteration ${session.iterations_completed + 1} of ${session.iterations_planned}` : "";
  return `${session.task_id} was in its ${phase}${iteration}, begun ${session.run_started_at}, with ${session.runner} ${session.model}.`;
}
