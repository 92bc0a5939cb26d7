import { existsSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { formatTimestamp } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { endGroup } from "../../base/process.ts";
import { isAncestor } from "../../git/ancestry.ts";
import { deleteRef, listRefs } from "../../git/refs.ts";
import { resolveCommit } from "../../git/repository.ts";
import { git } from "../../git/run.ts";
import { endWorkerProcesses } from "../../run/processes/marked.ts";
import { arePhasesFinished, giveUpAttempt } from "../coordinator/give-up.ts";
import { workerDirectory, workerFiles } from "../files/paths.ts";
import { readWorkerFile } from "../files/worker-file.ts";
import { finishLanding } from "../landing/finish.ts";
import type { ParallelRun } from "../run.ts";
import { isWorkerAlive } from "../state/liveness.ts";
import { isTerminal, type WorkerRecord } from "../state/record.ts";
import { isRetryWaiting } from "../state/waiting.ts";
import type { AdminLock } from "../worktree/admin-lock.ts";
import { listOurWorktrees, type OurWorktree } from "../worktree/list.ts";
import { dropWorktree } from "../worktree/remove.ts";
import { salvage } from "../worktree/salvage.ts";
import { decideRecovery } from "./decide.ts";
import { retire } from "./retire.ts";

/** A worker whose coordinator is gone sees that and stops by itself within this time. */
const OWN_END_MS = 5_000;
const LOOK_EVERY_MS = 100;

/**
 * What dead coordinators and workers left is brought to an end before new work is chosen: a landing in the middle is
 * finished or taken back, unfinished work goes under a salvage ref, finished work is left for this run to bring in.
 * May be interrupted at any point and repeated.
 */
export async function recover(run: ParallelRun, admin: AdminLock): Promise<void> {
  await endLeftWorkers(run);
  await finishLanding(run, admin);
  await repairMoved(run, admin);
  const worktrees = await listOurWorktrees(run.context);
  adoptUnknown(run, worktrees);
  for (const record of run.state.records) {
    try {
      await recoverOne(run, admin, record, worktrees);
    } catch (error) {
      if (run.context.signal.aborted) throw error;
      tell(run, record.task_id, `what an earlier run left of ${record.task_id} stays as it is: ${messageOf(error)}`);
    }
  }
  await retire(run, admin);
  await dropSpentBranches(run, admin);
}

/** Waits for workers without a coordinator, and ends those that do not end by themselves. */
async function endLeftWorkers({ context, state }: ParallelRun): Promise<void> {
  const left = state.records.map((record) => withProcess(context.runtimeDir, record)).filter((record) => !isTerminal(record));
  const until = context.clock.monotonicMs() + OWN_END_MS;
  while (context.clock.monotonicMs() < until && left.some(isWorkerAlive)) await context.clock.sleep(LOOK_EVERY_MS, context.signal);
  for (const record of left) {
    if (isWorkerAlive(record) && typeof record.pid === "number") await endGroup(context.clock, record.pid);
    if (typeof record.run_id === "string") await endWorkerProcesses(context.clock, record.run_id, record.task_id);
  }
}

/** The record with the process that the worker's own account names, where the coordinator had no time to note it. */
function withProcess(runtimeDir: string, record: WorkerRecord): WorkerRecord {
  if (typeof record.pid === "number") return record;
  const account = readWorkerFile(workerFiles(workerDirectory(runtimeDir, record.task_id)).worker);
  return account === null || account.token !== record.token ? record : { ...record, pid: account.pid, pid_start: account.pid_start };
}

/** The repository was moved: the worktrees do not find it any more. */
async function repairMoved({ context, state }: ParallelRun, admin: AdminLock): Promise<void> {
  const paths = state.records.map((record) => record.workspace_path).filter((path) => existsSync(path));
  const lost: string[] = [];
  for (const path of paths) if ((await git({ ...context, root: path }, ["rev-parse", "--git-dir"])).code !== 0) lost.push(path);
  if (lost.length > 0) await admin.run(() => git(context, ["worktree", "repair", "--", ...lost]));
}

/** Worktrees of ours that the state file does not know get a record again: the file was lost, or somebody deleted it. */
function adoptUnknown({ context, state, workspaceRoot }: ParallelRun, worktrees: readonly OurWorktree[]): void {
  for (const worktree of worktrees) {
    if (state.find(worktree.taskId) !== null || dirname(worktree.path) !== workspaceRoot) continue;
    const account = readWorkerFile(workerFiles(workerDirectory(context.runtimeDir, worktree.taskId)).worker);
    state.upsert({
      task_id: worktree.taskId,
      workspace_path: worktree.path,
      lifecycle: "running",
      started_at: worktree.note?.created_at ?? formatTimestamp(context.clock.now()),
      push_attempts: account?.attempt ?? 0,
      branch: worktree.branch ?? worktree.note?.branch ?? null,
      base_commit: worktree.note?.base ?? null,
      step: account === null ? "creating" : "working",
      token: account?.token ?? null,
      run_id: worktree.runId,
      ...(worktree.note === null ? {} : { seeded: [...worktree.note.seeded] }),
    });
  }
}

async function recoverOne(run: ParallelRun, admin: AdminLock, record: WorkerRecord, worktrees: readonly OurWorktree[]): Promise<void> {
  const { context, state } = run;
  const id = record.task_id;
  const found = worktrees.find((worktree) => worktree.taskId === id.trim() && worktree.path === record.workspace_path) ?? null;
  const action = decideRecovery({
    record,
    worktree: placeOf(found),
    phasesFinished: !isTerminal(record) && !isRetryWaiting(record) && arePhasesFinished(run, record),
    placeExists: existsSync(dirname(record.workspace_path)),
  });
  switch (action) {
    case "leave":
      return;
    case "report":
      return tell(run, id, `${dirname(record.workspace_path)} is not there, so nothing is done about the worktree of ${id}.`);
    case "drop":
      await dropWorktree(context, admin, { path: record.workspace_path, branch: branchOf(record) });
      state.drop(id);
      return;
    case "give_up": {
      const ended = await giveUpAttempt(run, admin, record, "The run that worked it was ended before the work was finished.");
      const kept = ended.salvage_ref ?? null;
      return tell(
        run,
        id,
        `an earlier run did not finish ${id}; ${kept === null ? "it had changed nothing" : `what it had done is kept in ${kept}`}.`,
      );
    }
    case "lost": {
      const ref = await salvage(context, {
        taskId: id,
        path: record.workspace_path,
        base: record.base_commit ?? null,
        branch: record.branch ?? null,
        seeded: record.seeded ?? [],
      });
      await dropWorktree(context, admin, { path: record.workspace_path, branch: branchOf(record) });
      state.drop(id);
      rmSync(workerDirectory(context.runtimeDir, id), { recursive: true, force: true });
      return tell(
        run,
        id,
        `the worktree of ${id} was deleted; ${ref === null ? "it held nothing that is not kept" : `what git still had of it is kept in ${ref}`}.`,
      );
    }
    case "bring_in":
      state.patch(id, { lifecycle: "integrating", step: "integrating", pid: null, pid_start: null });
      return tell(run, id, `${id} was finished by an earlier run; it is brought in now.`);
    case "clear":
      return clear(run, admin, record);
  }
}

function placeOf(worktree: OurWorktree | null): "whole" | "half" | "directory_gone" | "none" {
  if (worktree === null) return "none";
  if (worktree.note === null) return "half";
  return worktree.exists ? "whole" : "directory_gone";
}

function branchOf(record: WorkerRecord): { name: string; tip: null } | null {
  return typeof record.branch === "string" ? { name: record.branch, tip: null } : null;
}

/** Of a task that has ended: the worktree goes; whatever in it is not kept elsewhere goes under a salvage ref first. */
async function clear(run: ParallelRun, admin: AdminLock, record: WorkerRecord): Promise<void> {
  const { context, state } = run;
  const { task_id: taskId, workspace_path: path } = record;
  const landed = record.integrated_commit ?? null;
  const base = landed ?? record.base_commit ?? null;
  const ref =
    record.integration === "held"
      ? null
      : await salvage(context, { taskId, path, base, branch: record.branch ?? null, seeded: record.seeded ?? [] });
  if (ref !== null) state.patch(taskId, { salvage_ref: ref });
  await dropWorktree(context, admin, { path, branch: record.integration === "held" ? null : branchOf(record) });
  if (record.integration !== "held") rmSync(workerDirectory(context.runtimeDir, taskId), { recursive: true, force: true });
}

/** Branches of ours that no record and no worktree names any more, and that the target has whole. */
async function dropSpentBranches(run: ParallelRun, admin: AdminLock): Promise<void> {
  const { context, state, target, branchPrefix } = run;
  const tip = await resolveCommit(context, `refs/heads/${target.branch}`);
  if (tip === null) return;
  const used = new Set([...state.records.map(({ branch }) => branch), ...(await listOurWorktrees(context)).map(({ branch }) => branch)]);
  for (const { name, object } of await listRefs(context, `refs/heads/${branchPrefix}`)) {
    if (used.has(name.slice("refs/heads/".length)) || !(await isAncestor(context, object, tip))) continue;
    await admin.run(() => deleteRef(context, name, object));
  }
}

function tell({ context }: ParallelRun, taskId: string, message: string): void {
  context.emit({ kind: "message", task_id: taskId, message: `${message.slice(0, 1).toUpperCase()}${message.slice(1)}` });
}
