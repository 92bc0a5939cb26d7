import type { RepoContext } from "../../config/context.ts";
import { readSession, type SessionFile } from "./session-file.ts";
import type { Sidecar } from "./sidecar.ts";

/** The session file; where it is gone, as much of it as the sidecar still tells. */
export function sessionOf(context: Pick<RepoContext, "config" | "runtimeDir">, sidecar: Sidecar): SessionFile {
  const found = readSession(context.runtimeDir);
  if (found.kind === "session" && found.session.session_id === sidecar.session_id) return found.session;
  const { runner, model } = context.config.agent;
  return {
    version: 1,
    session_id: sidecar.session_id,
    task_id: sidecar.task_before.task.id,
    run_started_at: sidecar.updated_at,
    last_updated_at: sidecar.updated_at,
    iterations_planned: sidecar.iteration,
    iterations_completed: sidecar.iteration - 1,
    current_phase: sidecar.phase,
    runner,
    model,
    tasks_completed_in_loop: 0,
    max_tasks: 0,
  };
}
