import { changeRefs, deleteRefsBelow, listRefs } from "../git/refs/refs.ts";
import type { GitContext } from "../git/run.ts";

/** Tasks whose refs are kept. */
const KEPT_TASKS = 200;

export const runRef = (runId: string, name: "base" | "index") => `refs/cueloop/run/${runId}/${name}`;

export const taskRef = (taskId: string, name: "base" | "result" | "phase/2" | "phase/3") => `refs/cueloop/task/${taskId}/${name}`;

/**
 * Names the tree a task's work begins from, for the run and for the task; refs of an earlier attempt go, but for
 * those of its phases when it is `resumed`. One transaction: where refs cannot be written, nothing has changed.
 */
export async function markBase(
  context: GitContext,
  runId: string,
  taskId: string,
  trees: { base: string; index: string },
  resumed = false,
): Promise<void> {
  const set = [
    { name: runRef(runId, "base"), object: trees.base },
    { name: runRef(runId, "index"), object: trees.index },
    { name: taskRef(taskId, "base"), object: trees.base },
  ];
  const former = await listRefs(context, `refs/cueloop/task/${taskId}/`);
  const kept = new Set([...set.map(({ name }) => name), ...(resumed ? [taskRef(taskId, "phase/2"), taskRef(taskId, "phase/3")] : [])]);
  await changeRefs(context, { set, remove: former.filter(({ name }) => !kept.has(name)) });
}

/** Deletes the refs of every run that is over. */
export async function pruneRunRefs(context: GitContext, isOver: (runId: string) => boolean): Promise<void> {
  const found = new Set((await listRefs(context, "refs/cueloop/run/")).map((ref) => ref.name.split("/")[3] ?? ""));
  for (const id of found) if (isOver(id)) await deleteRefsBelow(context, `refs/cueloop/run/${id}/`);
}

/** Deletes the refs of tasks that left the books, and, oldest in the done file first, those beyond the newest 200. */
export async function pruneTaskRefs(context: GitContext, activeIds: readonly string[], doneIds: readonly string[]): Promise<void> {
  const found = new Set((await listRefs(context, "refs/cueloop/task/")).map((ref) => ref.name.split("/")[3] ?? ""));
  const known = [...doneIds, ...activeIds].filter((id) => found.has(id));
  const kept = new Set(known.slice(-KEPT_TASKS));
  for (const id of found) if (!kept.has(id)) await deleteRefsBelow(context, `refs/cueloop/task/${id}/`);
}
