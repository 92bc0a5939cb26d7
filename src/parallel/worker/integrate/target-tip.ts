import { isAncestor } from "../../../git/ancestry.ts";
import { saysNoSuchBranch } from "../../../git/remote/branch.ts";
import { resolveCommit } from "../../../git/repository.ts";
import { git } from "../../../git/run.ts";
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
  const fetched = await git(context, ["fetch", "--quiet", "--no-tags", remote.name, remote.branch]);
  if (fetched.code !== 0) {
    if (saysNoSuchBranch(fetched.stderr)) return local;
    const message = `${remote.name} could not be asked for ${remote.branch}: ${context.redact(fetched.stderr.trim())}`;
    context.emit({ kind: "warning", task_id: job.task.id, message });
    return local;
  }
  const tip = await resolveCommit(context, "FETCH_HEAD");
  return tip !== null && (await isAncestor(context, local, tip)) ? tip : local;
}
