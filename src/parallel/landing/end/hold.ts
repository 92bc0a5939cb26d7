import { shellWord } from "../../../base/shell.ts";
import { type Landing, type LandingEnd, steadily, tell } from "../landing.ts";
import { clearAway, completed, nameWork } from "./complete.ts";
import { storeHistory } from "./history.ts";

/** Publish mode `off`: the work stays on its branch, and the worktree goes. The books do not change. */
export async function hold(interruptible: Landing): Promise<LandingEnd> {
  const landing = steadily(interruptible);
  const { run, record, result, taskId, branch } = landing;
  const { base, tip } = result;
  if (base === null || tip === null) return { kind: "blocked", reason: "its result names no commit" };
  await nameWork(landing, base, tip);
  storeHistory(run.context, result.history);
  run.state.patch(taskId, { ...completed(landing), integration: "held", base_commit: base });
  tell(landing, "held", `${taskId} is finished and waits on its branch: \`git merge ${shellWord(branch)}\` brings it in.`, tip);
  await landing.clear(() => clearAway(run, landing.admin, record, {}));
  return { kind: "held", branch };
}
