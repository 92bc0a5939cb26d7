import { parseTimestamp } from "../../../base/clock.ts";
import { isKnownAncestor } from "../../../git/ancestry.ts";
import { headRef } from "../../../git/commit.ts";
import { headCommit, resolveCommit } from "../../../git/repository.ts";
import { gitOk } from "../../../git/run.ts";
import { filterTree } from "../../../git/tree.ts";
import type { RunContext } from "../../context.ts";
import type { Sidecar } from "../../session/sidecar.ts";
import { workExclusions } from "../../trees.ts";

/** How to take a commit back; null when an agent made it: ours came after its step was written down. */
export async function madeBy(
  context: RunContext,
  sidecar: Sidecar,
  commit: string,
): Promise<{ readonly branchRef: string; readonly former: string | null } | null> {
  const since = parseTimestamp(sidecar.updated_at)?.instant ?? 0n;
  const made = BigInt((await gitOk(context, ["show", "--no-patch", "--format=%ct", commit])).trim());
  if (sidecar.commit !== commit && made < since / 1_000_000_000n) return null;
  return { branchRef: await headRef(context), former: await resolveCommit(context, `${commit}^`) };
}

/** The commit of the work: as recorded, else one since the task began that has its message. */
export async function commitOf(context: RunContext, sidecar: Sidecar): Promise<string | null> {
  const head = await headCommit(context);
  if (sidecar.commit !== undefined) return (await isReplaced(context, sidecar.commit, head)) ? head : sidecar.commit;
  if (sidecar.message === undefined || head === null || sidecar.step !== "publish") return null;
  const since = sidecar.head !== null && (await resolveCommit(context, sidecar.head)) !== null ? [`^${sidecar.head}`] : [];
  const log = await gitOk(context, ["log", "--format=%H %s", head, ...since, "--"]);
  const line = log.split("\n").find((entry) => entry.slice(entry.indexOf(" ") + 1) === sidecar.message);
  const commit = line?.split(" ", 1)[0] ?? null;
  // An agent's own commit may say the same; ours holds all of the work.
  if (commit === null || sidecar.tree === undefined) return commit;
  const work = await filterTree(context, commit, workExclusions(context));
  return work === sidecar.tree || work === sidecar.tree_after || commit === head ? commit : null;
}

/** Whether HEAD is the commit with its evidence rewritten, made by a run that could not say so any more. */
async function isReplaced(context: RunContext, commit: string, head: string | null): Promise<boolean> {
  if (
    head === null ||
    head === commit ||
    (await resolveCommit(context, commit)) === null ||
    (await isKnownAncestor(context, commit, "HEAD"))
  )
    return false;
  const [was, is] = await Promise.all(
    [commit, head].map(async (one) => [
      await gitOk(context, ["show", "--no-patch", "--format=%P%n%B", one]),
      await filterTree(context, one, workExclusions(context)),
    ]),
  );
  return String(was) === String(is);
}
