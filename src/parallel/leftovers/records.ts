import { join } from "node:path";
import { RUNTIME_DIR } from "../../config/paths.ts";
import type { WorktreeEntry } from "../../git/refs/in-process.ts";
import { filesOfTask } from "../files/paths.ts";
import { readResult } from "../files/result-file.ts";
import { readState } from "../state/read.ts";
import type { StateFile, WorkerRecord } from "../state/record.ts";
import { canonicalPath } from "../worktree/note.ts";

/** A worker's record and the checkout whose coordinator wrote it. */
export interface KnownRecord {
  readonly record: WorkerRecord;
  /** `.cueloop` of that checkout. */
  readonly runtimeDir: string;
}

/** What the coordinators of all checkouts of a repository have written down. */
export interface KnownRecords {
  readonly all: readonly KnownRecord[];
  /** State files that cannot be read, with the reason: what they would say of a worktree is not known. */
  readonly unreadable: readonly string[];
}

/** Reads the state file of every checkout; worktrees of ours have none of their own. */
export function readRecords(checkouts: readonly Pick<WorktreeEntry, "path">[]): KnownRecords {
  const all: KnownRecord[] = [];
  const unreadable: string[] = [];
  for (const { path } of checkouts) {
    const runtimeDir = join(path, RUNTIME_DIR);
    const state = stateOf(runtimeDir, unreadable);
    for (const record of state?.workers ?? []) all.push({ record, runtimeDir });
  }
  return { all, unreadable };
}

function stateOf(runtimeDir: string, unreadable: string[]): StateFile | null {
  const found = readState({ runtimeDir });
  if (found.kind === "corrupt") unreadable.push(found.reason);
  if (found.kind === "newer")
    unreadable.push(`The state file in ${runtimeDir} is of version ${found.version}, which this program does not know.`);
  return found.kind === "state" || found.kind === "newer" ? found.state : null;
}

/** The record about a worktree, else the one about a branch. */
export function recordOf(known: KnownRecords, at: { readonly path: string | null; readonly branch: string | null }): KnownRecord | null {
  const path = at.path === null ? null : canonicalPath(at.path);
  const byPath = path === null ? undefined : known.all.find(({ record }) => canonicalPath(record.workspace_path) === path);
  if (byPath !== undefined) return byPath;
  return known.all.find(({ record }) => at.branch !== null && record.branch === at.branch) ?? null;
}

/** Whether the phases were finished when its run died, so that the next parallel run goes on with it instead of starting over. */
export function goesOn({ record, runtimeDir }: KnownRecord): boolean {
  if (record.lifecycle === "integrating") return true;
  const result = readResult(filesOfTask(runtimeDir, record.task_id).result);
  return result !== null && result.outcome === "ready" && result.token === (record.token ?? "");
}
