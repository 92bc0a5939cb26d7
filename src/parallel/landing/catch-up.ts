import { CueLoopError } from "../../base/errors.ts";
import { readRef } from "../../git/refs/refs.ts";
import { trackingRef } from "../../git/remote/branch.ts";
import { gitOk } from "../../git/run.ts";
import type { ParallelRun } from "../run.ts";
import type { AdminLock } from "../worktree/admin-lock.ts";
import { moveBranch } from "./checkout/move-target.ts";
import { targetNow } from "./facts.ts";

/**
 * Before a run that pushes: the target is fetched, and fast-forwarded where it is behind. One that is ahead is told of,
 * as its commits go out with the first result. Errors: `parallel.fetch_failed`, `parallel.diverged`, `parallel.behind`.
 */
export async function catchUp(run: ParallelRun, admin: AdminLock): Promise<void> {
  await admin.run(() => catchUpLocked(run));
}

async function catchUpLocked(run: ParallelRun): Promise<void> {
  const { context, target } = run;
  if (target.remote === null) return;
  const { name, branch } = target.remote;
  const now = await targetNow(run);
  if (now.kind === "network" || now.kind === "rejected") {
    throw new CueLoopError("parallel.fetch_failed", {
      message: `${name}/${branch} could not be fetched, and results could not be pushed there: ${now.reason}`,
      hint: "Check the remote (`git remote -v`) and your credentials, or run with `--git-publish-mode commit`.",
    });
  }
  if (now.kind !== "at") {
    throw new CueLoopError("parallel.diverged", {
      message: `Results cannot be pushed: ${now.reason}.`,
      hint: `Look at both sides with \`git log --left-right ${target.branch}...${name}/${branch}\`.`,
    });
  }
  if (now.base === now.local) {
    const ahead = await commitsAhead(run);
    if (ahead > 0) {
      const message = `${target.branch} has ${ahead} commit${ahead === 1 ? "" : "s"} that ${name}/${branch} has not; they are pushed with the first result.`;
      context.emit({ kind: "message", message });
    }
    return;
  }
  const moved = await moveBranch(run, null, now.base);
  if (moved.kind === "moved") return;
  const why = moved.kind === "deferred" ? moved.reason : "it was moved meanwhile";
  throw new CueLoopError("parallel.behind", {
    message: `${target.branch} is behind ${name}/${branch} and could not follow: ${why}`,
    hint: `Commit or stash what is in the way, then \`git merge --ff-only ${name}/${branch}\`.`,
  });
}

async function commitsAhead({ context, target }: ParallelRun): Promise<number> {
  if (target.remote === null) return 0;
  const published = await readRef(context, trackingRef(target.remote));
  const args = ["rev-list", "--count", `refs/heads/${target.branch}`, ...(published === null ? [] : ["--not", published])];
  return Number((await gitOk(context, args)).trim());
}
