import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT_LOCKS } from "../../../git/locks/dead-locks.ts";
import { readRef } from "../../../git/refs/refs.ts";
import { commonDir, gitPath, headCommit } from "../../../git/repository.ts";
import type { RunContext } from "../../../run/context.ts";
import { recoveredDirectory } from "../advance.ts";
import { type Journal, landingJournalPath } from "../journal.ts";
import { healFastForward } from "./heal.ts";

/**
 * Sets the checkout back where the process that fast-forwarded it was killed in the middle. Its locks go, if they are not
 * older than the journal; that process must be dead.
 */
export async function setBackKilled(context: RunContext, journal: Journal): Promise<void> {
  if ((await readRef(context, `refs/heads/${journal.target}`)) !== journal.old) return;
  if ((await headCommit(context)) !== journal.old) return;
  const isCertain = await removeLocks(context, journal);
  const keep = recoveredDirectory(context, context.runtimeDir);
  const { kept } = await healFastForward(context, { old: journal.old, new: journal.new, keep, certain: isCertain });
  if (kept.length === 0) return;
  context.emit({
    kind: "warning",
    task_id: journal.task_id,
    message: `A landing of ${journal.task_id} was killed in the middle. These files were neither as before nor as after it, and are kept in ${keep}: ${kept.join(", ")}`,
  });
}

/** True when the index was locked: git had begun. */
async function removeLocks(context: RunContext, journal: Journal): Promise<boolean> {
  const since = modifiedAt(landingJournalPath(context.runtimeDir)) ?? 0n;
  removeUnlessOlder(join(await commonDir(context), "refs", "heads", `${journal.target}.lock`), since);
  const removed = new Set<string>();
  for (const name of CHECKOUT_LOCKS) if (removeUnlessOlder(await gitPath(context, name), since)) removed.add(name);
  return removed.has("index.lock");
}

/** A lock from before the landing is somebody else's: what needs it will say so. */
function removeUnlessOlder(lock: string, since: bigint): boolean {
  const at = modifiedAt(lock);
  if (at === null || at < since) return false;
  rmSync(lock);
  return true;
}

/** Nanoseconds; null when there is no such file. */
function modifiedAt(path: string): bigint | null {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.mtimeNs ?? null;
}
