import { isAncestor } from "../../../git/ancestry.ts";
import { fetchBranch } from "../../../git/remote/branch.ts";
import { resolveCommit } from "../../../git/repository.ts";
import { targetGone } from "../../preflight/target.ts";
import type { Integration } from "./integration.ts";

/**
 * The commit finished work is put onto: the target's local tip, or, where results are pushed, the remote one when that
 * contains it. A remote that cannot be asked only warns: the landing asks it again. Error: `parallel.target_gone`.
 */
export async function targetTip({ context, job, settings, target }: Integration): Promise<string> {
  const local = await resolveCommit(context, `refs/heads/${target}`);
  if (local === null) throw targetGone(target);
  const { remote } = settings;
  if (remote === null) return local;
  const fetched = await fetchBranch(context, remote);
  if (fetched.kind !== "fetched") {
    const message = `${remote.name} could not be asked for ${remote.branch}: ${fetched.reason}`;
    context.emit({ kind: "warning", task_id: job.task.id, message });
    return local;
  }
  return fetched.tip !== null && (await isAncestor(context, local, fetched.tip)) ? fetched.tip : local;
}
