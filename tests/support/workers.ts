import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { processStart } from "../../src/base/identity.ts";
import { json } from "./books.ts";
import type { Repository } from "./repository.ts";

export const STATE = ".cueloop/cache/parallel/state.json";

/** What names this process as the worker of a record. */
export const alive = { pid: process.pid, pid_start: processStart(process.pid) };

/** Writes the state file of parallel workers with these records, by task id. */
export function workersAre(repo: Repository, records: Readonly<Record<string, Readonly<Record<string, unknown>>>>): void {
  const workers = Object.entries(records).map(([task_id, fields]) => ({
    task_id,
    workspace_path: workspaceOf(repo, task_id),
    started_at: new Date().toISOString(),
    ...fields,
  }));
  const state = { schema_version: 3, started_at: "2026-11-20T08:00:00Z", target_branch: "main", workers };
  repo.write({ [STATE]: JSON.stringify(state) });
}

/** Where the worktree of a task would be. */
export function workspaceOf(repo: Repository, taskId: string): string {
  return `${repo.base}/workspaces/${taskId}`;
}

/** Makes the directory of a worktree, with the marker of a block unless null. */
export function leaveWorkspace(repo: Repository, taskId: string, marker: string | null): void {
  const file = `${workspaceOf(repo, taskId)}/.cueloop/cache/parallel/blocked_push.json`;
  mkdirSync(dirname(file), { recursive: true });
  if (marker !== null) writeFileSync(file, marker);
}

/** Has this process hold the queue lock until it is disposed. */
export function holdLock(repo: Repository, label: string): Disposable {
  const owner = `pid: ${process.pid}\nstarted_at: ${new Date().toISOString()}\ncommand: cueloop ${label}\nlabel: ${label}\n`;
  repo.write({ ".cueloop/lock/owner": owner });
  return { [Symbol.dispose]: () => rmSync(repo.path(".cueloop/lock"), { recursive: true, force: true }) };
}

/** The state file. */
export function stateOf(repo: Repository): Record<string, unknown> {
  return json(repo.read(STATE));
}
