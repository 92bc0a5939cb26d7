import { join } from "node:path";
import { readTextIfExists } from "../../base/files.ts";
import { fingerprintPaths } from "../../git/fingerprint.ts";
import { readRef } from "../../git/refs.ts";
import { git } from "../../git/run.ts";
import { readStatus } from "../../git/status.ts";
import type { Task } from "../../queue/task.ts";
import type { RunContext } from "../context.ts";
import type { PublishMode } from "../options.ts";
import { runRef } from "../refs.ts";
import { quarantineSession, readSession } from "../session/session-file.ts";
import { type PlacedTask, readSidecar } from "../session/sidecar.ts";
import { insideRoot } from "../trees.ts";
import { type DirtyPath, decideClean, dirtyRepository, runAllowlist } from "./clean.ts";
import { nestedAmong, requirePublishable } from "./git-ready.ts";
import { differsOnlyInOurLines } from "./gitignore.ts";

/** An interrupted attempt at the same task, whose work is in the tree. */
export interface EarlierAttempt {
  /** Trees from before its first change; null when they are no longer kept. */
  readonly trees: { readonly base: string; readonly index: string } | null;
  readonly before: PlacedTask | null;
}

export interface StartConditions {
  readonly task: Task;
  readonly force: boolean;
  readonly publishMode: PublishMode;
  /** Dirty paths, with fingerprints, as earlier tasks of the same loop left them. */
  readonly left: ReadonlyMap<string, string | null>;
}

/**
 * The clean-repository rule, and what git must be able to do for this run.
 * Errors: `run.dirty_repository`, `run.no_git_identity`, `run.detached_head`. Nothing is written.
 */
export async function requireStartable(context: RunContext, start: StartConditions): Promise<EarlierAttempt | null> {
  const earlier = await earlierAttempt(context, start.task);
  const paths = [...start.left.keys()];
  const present = await fingerprintPaths(context.root, paths);
  const dirty = await readStatus(context);
  const inTheWay = decideClean({
    dirty,
    allowed: [...allowlistOf(context), ...(await setUpLines(context, dirty))],
    force: start.force,
    ownDirt: earlier !== null,
    leftByLoop: new Set(paths.filter((path) => present.get(path) === start.left.get(path))),
  });
  if (inTheWay.length > 0) throw dirtyRepository(inTheWay, await nestedAmong(context, inTheWay));
  await requirePublishable(context, start.publishMode);
  return earlier;
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

async function earlierAttempt(context: RunContext, task: Task): Promise<EarlierAttempt | null> {
  const found = readSession(context.runtimeDir);
  if (found.kind === "corrupt") {
    const moved = quarantineSession(context, context.clock.now());
    const message = `The saved session cannot be read (${found.reason}); it was moved to ${moved}.`;
    context.emit({ kind: "warning", task_id: task.id, message });
    return null;
  }
  if (found.kind === "none" || found.session.task_id !== task.id || task.status !== "doing") return null;
  context.emit({
    kind: "message",
    task_id: task.id,
    message: `An earlier attempt at ${task.id} did not come to its end; what it changed is still in the tree. The task starts afresh on top of it.`,
  });
  const sidecar = readSidecar(context.runtimeDir);
  if (sidecar === null || sidecar.session_id !== found.session.session_id) return { trees: null, before: null };
  const base = await readRef(context, runRef(sidecar.run_id, "base"));
  const index = await readRef(context, runRef(sidecar.run_id, "index"));
  return { trees: base === null || index === null ? null : { base, index }, before: sidecar.task_before };
}
