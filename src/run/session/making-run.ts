import type { RepoContext } from "../../config/context.ts";
import type { MakingRun } from "../../queue/change/made-in-run.ts";
import { readSession } from "./session-file.ts";

/** The run on whose behalf a command inside it makes tasks; undefined outside a run, and in one without a task of its own. */
export function makingRun(context: Pick<RepoContext, "insideRun" | "runtimeDir">): MakingRun | undefined {
  const { insideRun } = context;
  if (insideRun === null || insideRun.taskId === null) return undefined;
  const found = readSession(context.runtimeDir);
  const since = found.kind === "session" && found.session.task_id === insideRun.taskId ? found.session.run_started_at : null;
  return { runId: insideRun.runId, taskId: insideRun.taskId, since };
}
