import { salvage } from "../../worktree/salvage.ts";
import { type Landing, type LandingEnd, steadily, tell } from "../landing.ts";
import { archiveSelected } from "./archive-selected.ts";
import { clearAway, completed, reconcilePatiently } from "./complete.ts";
import { storeHistory } from "./history.ts";

/** What the agent did before it rejected the task does not land, but is not lost either. */
export async function salvageRejected({ run, record, taskId, branch }: Landing): Promise<void> {
  const options = { taskId, path: record.workspace_path, base: record.base_commit ?? null, branch, seeded: record.seeded ?? [] };
  const ref = await salvage(run.context, options);
  if (ref !== null) run.state.patch(taskId, { salvage_ref: ref });
}

/** A rejection that only the coordinator's own books have to know of. */
export async function rejectHere(interruptible: Landing): Promise<LandingEnd> {
  const landing = steadily(interruptible);
  const { run, record, result, taskId } = landing;
  if (run.books === "coordinator") await reconcilePatiently(landing);
  else await archiveSelected(run, taskId, result);
  storeHistory(run.context, result.history);
  run.state.patch(taskId, completed(landing));
  run.context.emit({ kind: "task_archived", task_id: taskId, payload: { outcome: "rejected", evidence: null } });
  tell(landing, "rejected", `${taskId} was rejected by its agent.`);
  await landing.clear(() => clearAway(run, landing.admin, record, { tip: null }));
  return { kind: "rejected" };
}
