import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { messageOf } from "../../base/errors.ts";
import { removeStaleTemps } from "../../base/files.ts";
import { giveUpAttempt } from "../coordinator/tasks/give-up.ts";
import { workerDirectory } from "../files/paths.ts";
import { finishLanding } from "../landing/finish.ts";
import type { ParallelRun } from "../run.ts";
import type { WorkerRecord } from "../state/record.ts";
import type { AdminLock } from "../worktree/admin-lock.ts";
import { listOurWorktrees } from "../worktree/list.ts";
import { dropWorktree } from "../worktree/remove.ts";
import { salvage } from "../worktree/salvage.ts";
import { adoptUnknown, repairMoved } from "./adopt.ts";
import { dropDeadLocks } from "./dead-locks.ts";
import { decideRecovery } from "./decide.ts";
import { dropDeadClaims, dropSpentBranches } from "./leavings.ts";
import { endLeftWorkers } from "./left-workers.ts";
import { remainsOf } from "./remains.ts";
import { retire } from "./retire.ts";

/**
 * What dead coordinators and workers left is brought to an end before new work is chosen: a landing in the middle is
 * finished or taken back, unfinished work goes under a salvage ref, finished work is left for this run to bring in.
 * May be interrupted at any point and repeated. Returns the tasks of which something stays that could not be dealt
 * with: nothing may be begun for them.
 */
export async function recover(run: ParallelRun, admin: AdminLock): Promise<ReadonlySet<string>> {
  const { context, state } = run;
  await repairMoved(run, admin);
  await adoptUnknown(run);
  await endLeftWorkers(run);
  removeStaleTemps(join(context.runtimeDir, "cache", "parallel"));
  // A landing in the middle proves for its locks what else can only be seen: it goes first.
  await finishLanding(run, admin);
  await dropDeadLocks(run);
  const worktrees = await listOurWorktrees(context);
  const untouched = new Set<string>();
  for (const record of state.records) {
    const id = record.task_id.trim();
    try {
      const action = decideRecovery(await remainsOf(run, record, worktrees));
      if (action === "report") {
        untouched.add(id);
        tell(run, id, `${dirname(record.workspace_path)} is not there, so nothing is done about the worktree of ${id}.`);
      } else if (action !== "leave") await ACTIONS[action](run, admin, record);
    } catch (error) {
      if (context.signal.aborted) throw error;
      untouched.add(id);
      tell(run, id, `What an earlier run left of ${id} stays as it is: ${messageOf(error)}`);
    }
  }
  await retire(run, admin);
  await dropSpentBranches(run, admin);
  dropDeadClaims(run);
  return untouched;
}

type Act = (run: ParallelRun, admin: AdminLock, record: WorkerRecord) => Promise<void>;

const ACTIONS = { drop, give_up: giveUp, bring_in: bringIn, clear, lost } as const satisfies Record<string, Act>;

async function drop(run: ParallelRun, admin: AdminLock, record: WorkerRecord): Promise<void> {
  const ref = await removeAll(run, admin, record);
  if (ref !== null) tell(run, record.task_id, `What an earlier run had begun for ${record.task_id} is kept in ${ref}.`);
}

async function giveUp(run: ParallelRun, admin: AdminLock, record: WorkerRecord): Promise<void> {
  const id = record.task_id;
  const ended = await giveUpAttempt(run, admin, record, "The run that worked it was ended before the work was finished.");
  const ref = ended.salvage_ref ?? null;
  tell(run, id, `An earlier run did not finish ${id}; ${ref === null ? "it had changed nothing" : `what it had done is kept in ${ref}`}.`);
}

async function bringIn(run: ParallelRun, _: AdminLock, { task_id: id }: WorkerRecord): Promise<void> {
  run.state.patch(id, { lifecycle: "integrating", step: "integrating", pid: null, pid_start: null });
  tell(run, id, `${id} was finished by an earlier run; it is brought in now.`);
}

async function lost(run: ParallelRun, admin: AdminLock, record: WorkerRecord): Promise<void> {
  const ref = await removeAll(run, admin, record);
  const kept = ref === null ? "it held nothing that is not kept" : `what git still had of it is kept in ${ref}`;
  tell(run, record.task_id, `The worktree of ${record.task_id} was deleted; ${kept}.`);
}

/** Of a task that has ended: the worktree goes; whatever in it is not kept elsewhere goes under a salvage ref first. */
async function clear(run: ParallelRun, admin: AdminLock, record: WorkerRecord): Promise<void> {
  const { context, state } = run;
  if (record.integration === "held") return dropWorktree(context, admin, { path: record.workspace_path, branch: null });
  const ref = await keep(run, { ...record, base_commit: record.integrated_commit ?? record.base_commit ?? null });
  if (ref !== null) state.patch(record.task_id, { salvage_ref: ref });
  await dropWorktree(context, admin, { path: record.workspace_path, branch: branchOf(record) });
  rmSync(workerDirectory(context.runtimeDir, record.task_id), { recursive: true, force: true });
}

/** Everything of the attempt but the salvage ref, which is returned; null when there was nothing to keep. */
async function removeAll(run: ParallelRun, admin: AdminLock, record: WorkerRecord): Promise<string | null> {
  const { context, state } = run;
  const ref = await keep(run, record);
  await dropWorktree(context, admin, { path: record.workspace_path, branch: branchOf(record) });
  rmSync(workerDirectory(context.runtimeDir, record.task_id), { recursive: true, force: true });
  state.drop(record.task_id);
  return ref;
}

function keep({ context }: ParallelRun, record: WorkerRecord): Promise<string | null> {
  const { task_id: taskId, workspace_path: path } = record;
  return salvage(context, {
    taskId,
    path,
    base: record.base_commit ?? null,
    branch: record.branch ?? null,
    seeded: record.seeded ?? [],
  });
}

function branchOf(record: WorkerRecord): { name: string; tip: null } | null {
  return typeof record.branch === "string" ? { name: record.branch, tip: null } : null;
}

function tell({ context }: ParallelRun, taskId: string, message: string): void {
  context.emit({ kind: "message", task_id: taskId, message });
}
