import { realpathSync } from "node:fs";
import { join, relative } from "node:path";
import { messageOf } from "../base/errors.ts";
import { listRefs } from "../git/refs/refs.ts";
import { workTreeLayout } from "../git/repository.ts";
import { uninterruptible } from "../git/run.ts";
import { fingerprintPaths } from "../git/state/fingerprint.ts";
import { readStatus } from "../git/state/status.ts";
import { worktreeTops } from "../git/worktrees.ts";
import { selectNext } from "../queue/selection.ts";
import { readBooks } from "../queue/store/read.ts";
import type { Task } from "../queue/task.ts";
import type { RunContext } from "./context.ts";
import type { TaskEnding } from "./hooks.ts";
import { presentTask } from "./present-task.ts";
import { readRegistry } from "./processes/registry.ts";
import { pruneRunRefs, pruneTaskRefs } from "./refs.ts";
import { readSidecar } from "./session/sidecar.ts";
import { disallowed } from "./start/clean.ts";
import { allowlistOf } from "./start/startable.ts";

export interface AfterTask {
  readonly task: Task;
  readonly includeDraft: boolean;
  /** A loop's record of the dirt its tasks left; replaced by what is there now. */
  readonly left: Map<string, string | null> | null;
}

/**
 * Deletes the refs of runs that are over, in whichever worktree of the repository they were. Those that an interrupted
 * task's session names stay: its next attempt measures its work from them.
 */
export async function pruneDeadRuns(context: RunContext): Promise<void> {
  const refs = await listRefs(context, "refs/cueloop/run/");
  if (refs.length === 0) return;
  const hasOthers = refs.some(({ name }) => !name.startsWith(`refs/cueloop/run/${context.runId}/`));
  const places = hasOthers ? await runtimeDirs(context) : [context.runtimeDir];
  const kept = new Set(places.map((place) => readSidecar(place)?.run_id));
  const lives = (id: string) => id !== context.runId && places.some((place) => readRegistry(place, id) !== null);
  await pruneRunRefs(context, (id) => !kept.has(id) && !lives(id));
}

/** The runtime directories of all worktrees: refs are the repository's, sessions a worktree's own. */
async function runtimeDirs(context: RunContext): Promise<string[]> {
  const { top } = await workTreeLayout(context);
  const place = relative(realpathSync(top), realpathSync(context.runtimeDir));
  const others = (await worktreeTops(context)).map((other) => join(other, place));
  return [...new Set([context.runtimeDir, ...others])];
}

/** Refs, leftovers and counts, whatever became of the task. What fails here never hides why the task ended. */
export async function afterTask(context: RunContext, { task, includeDraft, left }: AfterTask): Promise<void> {
  const git = uninterruptible(context);
  const unsaid = (error: unknown) => context.log.debug(`After ${task.id}: ${messageOf(error)}`);
  const pruning = pruneDeadRuns({ ...context, ...git }).catch(unsaid);
  try {
    if (left !== null) {
      const dirty = disallowed(await readStatus(git), allowlistOf(context)).map((entry) => entry.path);
      left.clear();
      for (const [path, print] of await fingerprintPaths(context.root, dirty)) left.set(path, print);
    }
    const books = readBooks(context, "lenient");
    const ids = (tasks: readonly Task[]) => tasks.map((item) => item.id.trim());
    await pruneTaskRefs(git, ids(books.queue.tasks), ids(books.done.tasks));
    const runnable = selectNext(books, { includeDraft, preferDoing: true, now: context.clock.now() });
    context.emit({
      kind: "queue_snapshot",
      task_id: task.id,
      payload: {
        active_count: books.queue.tasks.length,
        done_count: books.done.tasks.length,
        next_runnable_task_id: runnable?.id ?? null,
      },
    });
  } catch (error) {
    unsaid(error);
  } finally {
    await pruning;
  }
}

/** Tells the hook `afterTask` how a task's attempt ended, with the record as the books have it by now. */
export async function askAfterTask(context: RunContext, ending: TaskEnding): Promise<void> {
  if (!context.hooks.has("afterTask")) return;
  await context.hooks.afterTask({ ...ending, task: presentTask(context, ending.task) });
}
