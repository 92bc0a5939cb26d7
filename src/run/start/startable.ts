import { join } from "node:path";
import { readTextIfExists } from "../../base/files.ts";
import { git } from "../../git/run.ts";
import { fingerprintPaths } from "../../git/state/fingerprint.ts";
import { readStatus } from "../../git/state/status.ts";
import type { RunContext } from "../context.ts";
import type { PublishMode } from "../options.ts";
import { insideRoot } from "../trees.ts";
import { type DirtyPath, decideClean, dirtyRepository, runAllowlist } from "./clean.ts";
import { nestedAmong, requirePublishable } from "./git-ready.ts";
import { differsOnlyInOurLines } from "./gitignore.ts";

export interface StartConditions {
  /** The tree holds what an interrupted attempt at this very task changed. */
  readonly ownDirt: boolean;
  readonly force: boolean;
  readonly publishMode: PublishMode;
  /** Dirty paths, with fingerprints, as earlier tasks of the same loop left them. */
  readonly left: ReadonlyMap<string, string | null>;
}

/**
 * The clean-repository rule, and what git must be able to do for this run.
 * Errors: `run.dirty_repository`, `run.no_git_identity`, `run.detached_head`. Nothing is written.
 */
export async function requireStartable(context: RunContext, start: StartConditions): Promise<void> {
  const publishable = requirePublishable(context, start.publishMode);
  // Told only where nothing else is in the way.
  publishable.catch(() => undefined);
  const paths = [...start.left.keys()];
  const present = await fingerprintPaths(context.root, paths);
  const dirty = await readStatus(context);
  const inTheWay = decideClean({
    dirty,
    allowed: [...allowlistOf(context), ...(await setUpLines(context, dirty))],
    force: start.force,
    ownDirt: start.ownDirt,
    leftByLoop: new Set(paths.filter((path) => present.get(path) === start.left.get(path))),
  });
  if (inTheWay.length > 0) throw dirtyRepository(inTheWay, await nestedAmong(context, inTheWay));
  await publishable;
}

/** The paths that never stand in the way of a run. */
export function allowlistOf(context: RunContext): string[] {
  return runAllowlist({ queue: insideRoot(context.root, context.queuePath), done: insideRoot(context.root, context.donePath) });
}

/** `.gitignore`, while it differs from HEAD only in what setting the repository up wrote. */
async function setUpLines(context: RunContext, dirty: readonly DirtyPath[]): Promise<string[]> {
  if (!dirty.some((entry) => entry.path === ".gitignore")) return [];
  const committed = await git(context, ["show", "HEAD:./.gitignore"]);
  const before = committed.code === 0 ? committed.stdout : "";
  return differsOnlyInOurLines(before, readTextIfExists(join(context.root, ".gitignore")) ?? "") ? [".gitignore"] : [];
}
