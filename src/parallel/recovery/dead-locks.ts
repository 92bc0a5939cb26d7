import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT_LOCKS, removeDeadLocks } from "../../git/locks/dead-locks.ts";
import { trackingRef } from "../../git/remote/branch.ts";
import { gitPath } from "../../git/repository.ts";
import type { ParallelRun } from "../run.ts";
import { listOurWorktrees } from "../worktree/list.ts";

/**
 * Locks that a git which was killed left where a run works: of the refs it writes, of the checkout and of its own
 * worktrees. Any of them would be in the way of everything that follows, and of the person as well.
 */
export async function dropDeadLocks({ context, common, target, branchPrefix }: ParallelRun): Promise<void> {
  const worktrees = await listOurWorktrees(context);
  const entries = worktrees.flatMap(({ admin }) => (admin === null ? [] : [admin]));
  const locks = [
    join(common, "packed-refs.lock"),
    join(common, "refs", "heads", `${target.branch}.lock`),
    ...(target.remote === null ? [] : [join(common, `${trackingRef(target.remote)}.lock`)]),
    ...locksBelow(join(common, "refs", "heads", branchPrefix)),
    ...locksBelow(join(common, "refs", "cueloop")),
    ...(await Promise.all(CHECKOUT_LOCKS.map((name) => gitPath(context, name)))),
    ...entries.flatMap((entry) => CHECKOUT_LOCKS.map((name) => join(entry, name))),
  ];
  const places = [common, context.root, ...entries, ...worktrees.map(({ path }) => path)];
  const removed = await removeDeadLocks(context, locks, places);
  for (const lock of removed) context.emit({ kind: "message", message: `Removed ${lock}, which a git that was killed had left.` });
}

function locksBelow(directory: string): string[] {
  if (!existsSync(directory)) return [];
  const names = readdirSync(directory, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".lock")).map((name) => join(directory, name));
}
