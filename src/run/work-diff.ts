import { CueLoopError } from "../base/errors.ts";
import type { RepoContext } from "../config/context.ts";
import { type DiffRange, diffFiles, diffPatch, diffStat } from "../git/diff.ts";
import { readRef } from "../git/refs/refs.ts";
import { requireWorkTree } from "../git/repository.ts";
import type { GitContext } from "../git/run.ts";
import { captureTree, withTemporaryObjects } from "../git/tree.ts";
import { isLockLive } from "../queue/store/lock.ts";
import { taskRef } from "./refs.ts";
import { readSession } from "./session/session-file.ts";
import { workExclusions } from "./trees.ts";

export interface DiffRequest {
  readonly taskId: string;
  /** 1 to 3: only what this phase changed; null: the whole task. */
  readonly phase: 1 | 2 | 3 | null;
}

/** What a task's last run changed, ready to be printed. */
export interface TaskDiff {
  /** The right side is the present work tree, since a run works the task now. */
  readonly live: boolean;
  /** The right side is the present work tree, since the last run left the task unfinished there. */
  readonly unfinished: boolean;
  readonly base: string;
  readonly result: string;
  files(): ReturnType<typeof diffFiles>;
  patch(color: boolean): Promise<string>;
  stat(color: boolean, columns: number): Promise<string>;
}

/**
 * Finds both sides of a task's difference and hands it to `use`; for a live or unfinished run the
 * present tree is read without writing anything into the repository.
 * @throws CueLoopError `run.no_diff` when the task was never run, its refs are gone, or the phase was not reached
 */
export async function withTaskDiff<T>(repo: RepoContext, request: DiffRequest, use: (diff: TaskDiff) => Promise<T>): Promise<T> {
  await requireWorkTree(repo);
  const begun = isBegun(repo, request.taskId);
  const live = begun && isLockLive(repo);
  const base = await startOf(repo, request);
  const end = await endOf(repo, request);
  if (end !== null) return use(view(repo, { base, result: end, live: false, unfinished: false }));
  if (!begun) throw noDiff(request.taskId, "its last run did not come to a result, and no run works on it now");
  return withTemporaryObjects(repo, async (git) => {
    const { tree } = await captureTree(git, { exclude: workExclusions(repo) });
    return use(view(repo, { base, result: tree, live, unfinished: !live }, git));
  });
}

function view(repo: RepoContext, sides: Pick<TaskDiff, "base" | "result" | "live" | "unfinished">, git: GitContext = repo): TaskDiff {
  const range: DiffRange = { from: sides.base, to: sides.result, exclude: workExclusions(repo) };
  return {
    ...sides,
    files: () => diffFiles(git, range),
    patch: (color) => diffPatch(git, range, color),
    stat: (color, columns) => diffStat(git, range, { color, columns }),
  };
}

/** Whether the saved session is about the task: a run works it, or was ended before the task was finished. */
function isBegun(repo: RepoContext, taskId: string): boolean {
  const session = readSession(repo.runtimeDir);
  return session.kind === "session" && session.session.task_id === taskId;
}

async function startOf(repo: RepoContext, { taskId, phase }: DiffRequest): Promise<string> {
  const found = await readRef(repo, taskRef(taskId, phase === 2 || phase === 3 ? `phase/${phase}` : "base"));
  if (found !== null) return found;
  if (phase === null || phase === 1) throw noDiff(taskId, "it was never run here, or what was kept of its run is gone");
  throw noDiff(taskId, `its last run did not reach phase ${phase}`);
}

/** The start of the next phase, or the result; null when there is none yet. */
async function endOf(repo: RepoContext, { taskId, phase }: DiffRequest): Promise<string | null> {
  const later = phase === 1 ? (["phase/2", "phase/3"] as const) : phase === 2 ? (["phase/3"] as const) : [];
  for (const name of later) {
    const found = await readRef(repo, taskRef(taskId, name));
    if (found !== null) return found;
  }
  return readRef(repo, taskRef(taskId, "result"));
}

function noDiff(taskId: string, reason: string): CueLoopError {
  return new CueLoopError("run.no_diff", { message: `There is no difference to show for ${taskId}: ${reason}.`, where: { taskId } });
}
