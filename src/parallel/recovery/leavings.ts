import { isAncestor } from "../../git/ancestry.ts";
import { deleteRef, listRefs } from "../../git/refs/refs.ts";
import { resolveCommit } from "../../git/repository.ts";
import { adoptClaim, listClaims } from "../../queue/claims/claim.ts";
import type { ParallelRun } from "../run.ts";
import type { AdminLock } from "../worktree/admin-lock.ts";
import { listOurWorktrees } from "../worktree/list.ts";
import { canonicalPath } from "../worktree/note.ts";

/** Branches of ours that no record and no worktree names any more, and that the target has whole. */
export async function dropSpentBranches(run: ParallelRun, admin: AdminLock): Promise<void> {
  const { context, state, target, branchPrefix } = run;
  const tip = await resolveCommit(context, `refs/heads/${target.branch}`);
  if (tip === null) return;
  const used = new Set([...state.records.map(({ branch }) => branch), ...(await listOurWorktrees(context)).map(({ branch }) => branch)]);
  for (const { name, object } of await listRefs(context, `refs/heads/${branchPrefix}`)) {
    if (used.has(name.slice("refs/heads/".length)) || !(await isAncestor(context, object, tip))) continue;
    await admin.run(() => deleteRef(context, name, object));
  }
}

/** Claims that dead runs of this checkout left; a task that is worked again gets a new one. Those of other checkouts are theirs. */
export function dropDeadClaims({ context, common }: ParallelRun): void {
  const root = canonicalPath(context.root);
  for (const [taskId, { holder, isDead }] of listClaims(context, common)) {
    if (!isDead || holder.root === null || canonicalPath(holder.root) !== root) continue;
    const taken = adoptClaim(context, common, taskId, holder.token, { label: "run loop", runId: context.runId, root: context.root });
    if (taken.kind === "taken") taken.claim.release();
  }
}
