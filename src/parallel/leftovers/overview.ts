import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { listRefs, readRef } from "../../git/refs/refs.ts";
import { commonDir, currentBranch, resolveCommit } from "../../git/repository.ts";
import { gitOk } from "../../git/run.ts";
import { listWorktrees } from "../../git/worktrees.ts";
import { liveClaims } from "../../queue/claims/claim.ts";
import { findMarked } from "../../run/processes/marked.ts";
import { isWorkerAlive } from "../state/liveness.ts";
import { readState } from "../state/read.ts";
import type { WorktreeContext } from "../worktree/context.ts";
import { inspectWorktree } from "../worktree/inspect.ts";
import { listOurWorktrees, type OurWorktree } from "../worktree/list.ts";
import { BRANCH_PREFIXES } from "../worktree/names.ts";
import { canonicalPath } from "../worktree/note.ts";
import { goesOn, type KnownRecord, type KnownRecords, readRecords, recordOf } from "./records.ts";
import { committedPart, listSalvaged, type Salvaged } from "./salvaged.ts";

/** `left over`: of a run that is dead, or of no run that is known. */
export type LeftoverState = "running" | "integrating" | "held" | "blocked" | "left over";

/** A worktree, a branch or salvaged work of a task. */
export interface WorktreeRow {
  readonly taskId: string;
  /** Short name. */
  readonly branch: string | null;
  readonly path: string | null;
  readonly state: LeftoverState;
  /** Commits the target does not have. */
  readonly ahead: number;
  /** Changed tracked files. */
  readonly dirty: number;
  readonly untracked: number;
  /** Repositories inside it, which keep it from being removed. */
  readonly nested: readonly string[];
  /** Its phases are finished: the next parallel run goes on with it. */
  readonly goesOn: boolean;
  /** RFC 3339, UTC; null where nothing tells. */
  readonly createdAt: string | null;
  readonly salvage: readonly Salvaged[];
  /** On disk. */
  readonly bytes: number;
  /** What git and the state file know of it. */
  readonly worktree: OurWorktree | null;
}

export interface Overview {
  /** By task id. */
  readonly rows: readonly WorktreeRow[];
  /** Commit that rows are compared with; null in a repository without any. */
  readonly target: string | null;
  /** Why some of it may be wrong. */
  readonly problems: readonly string[];
}

/** Every worktree, branch and salvage ref of tasks in this repository, of this checkout's runs and of others'. Takes no lock. */
export async function worktreeOverview(ctx: WorktreeContext): Promise<Overview> {
  const common = await commonDir(ctx);
  const ours = await listOurWorktrees(ctx);
  const paths = new Set(ours.map(({ path }) => canonicalPath(path)));
  const known = readRecords((await listWorktrees(ctx)).filter(({ path }) => !paths.has(canonicalPath(path))));
  const claims = liveClaims(ctx, common);
  const target = await targetCommit(ctx);
  const salvaged = await listSalvaged(ctx);
  const facts = { known, claims: new Set(claims.keys()), target, salvaged };
  const rows: WorktreeRow[] = [];
  for (const worktree of ours) rows.push(await worktreeRow(ctx, worktree, facts));
  for (const branch of await taskBranches(ctx)) {
    if (!ours.some((worktree) => worktree.branch === branch.name)) rows.push(await branchRow(ctx, branch, facts));
  }
  const named = new Set(rows.map(({ taskId }) => taskId));
  for (const taskId of new Set(salvaged.map((one) => one.taskId))) if (!named.has(taskId)) rows.push(await salvageRow(ctx, taskId, facts));
  rows.sort((a, b) => (a.taskId < b.taskId ? -1 : a.taskId > b.taskId ? 1 : 0));
  return { rows, target, problems: known.unreadable };
}

interface Facts {
  readonly known: KnownRecords;
  /** Tasks whose claim somebody holds. */
  readonly claims: ReadonlySet<string>;
  readonly target: string | null;
  readonly salvaged: readonly Salvaged[];
}

async function worktreeRow(ctx: WorktreeContext, worktree: OurWorktree, facts: Facts): Promise<WorktreeRow> {
  const { taskId, runId, path, branch, note, exists } = worktree;
  const known = recordOf(facts.known, { path, branch });
  const seeded = [...(note?.seeded ?? []), ...(known?.record.seeded ?? [])];
  const found = exists ? await inspectWorktree(ctx, { path, base: null, seeded }) : null;
  const tip = found?.tip ?? worktree.head;
  const isOccupied = facts.claims.has(taskId) || (runId !== null && findMarked(runId, new Set(), taskId).ending.length > 0);
  return {
    taskId,
    branch,
    path,
    state: stateOf(known, isOccupied),
    ahead: await countAhead(ctx, tip, facts.target),
    dirty: found?.changed ?? 0,
    untracked: found?.untracked ?? 0,
    nested: found?.nested ?? [],
    goesOn: known !== null && goesOn(known),
    createdAt: note?.created_at ?? known?.record.started_at ?? null,
    salvage: facts.salvaged.filter((one) => one.taskId === taskId),
    bytes: exists ? sizeOf(path) : 0,
    worktree,
  };
}

async function branchRow(ctx: WorktreeContext, { name, tip, taskId }: TaskBranch, facts: Facts): Promise<WorktreeRow> {
  const known = recordOf(facts.known, { path: null, branch: name });
  return {
    ...EMPTY,
    taskId,
    branch: name,
    state: stateOf(known, facts.claims.has(taskId)),
    ahead: await countAhead(ctx, tip, facts.target),
    goesOn: known !== null && goesOn(known),
    createdAt: known?.record.started_at ?? (await commitTime(ctx, tip)),
    salvage: facts.salvaged.filter((one) => one.taskId === taskId),
  };
}

async function salvageRow(ctx: WorktreeContext, taskId: string, facts: Facts): Promise<WorktreeRow> {
  const salvage = facts.salvaged.filter((one) => one.taskId === taskId);
  const [newest] = salvage;
  const tip = newest === undefined ? null : await committedPart(ctx, newest.commit);
  return { ...EMPTY, taskId, ahead: await countAhead(ctx, tip, facts.target), createdAt: newest?.createdAt ?? null, salvage };
}

const EMPTY = {
  branch: null,
  path: null,
  state: "left over",
  ahead: 0,
  dirty: 0,
  untracked: 0,
  nested: [],
  goesOn: false,
  bytes: 0,
  worktree: null,
} as const;

/** What a record, and whether somebody is at work on the task, make of a worktree or branch. */
export function stateOf(known: KnownRecord | null, isOccupied: boolean): LeftoverState {
  const record = known?.record ?? null;
  if (record?.lifecycle === "blocked_push") return "blocked";
  if (record?.lifecycle === "completed" && record.integration === "held") return "held";
  const isLive = isOccupied || (record !== null && isWorkerAlive(record));
  if (!isLive) return "left over";
  return record?.lifecycle === "integrating" ? "integrating" : "running";
}

interface TaskBranch {
  readonly name: string;
  readonly taskId: string;
  readonly tip: string;
}

async function taskBranches(ctx: WorktreeContext): Promise<TaskBranch[]> {
  const branches: TaskBranch[] = [];
  for (const prefix of BRANCH_PREFIXES) {
    for (const { name, object } of await listRefs(ctx, `refs/heads/${prefix}`)) {
      const short = name.slice("refs/heads/".length);
      branches.push({ name: short, taskId: short.slice(prefix.length), tip: object });
    }
  }
  return branches;
}

/** The tip of the branch that results go to: that of the last parallel run here, else the one checked out. */
async function targetCommit(ctx: WorktreeContext): Promise<string | null> {
  const found = readState(ctx);
  const recorded = found.kind === "state" ? found.state.target_branch : "";
  for (const branch of [recorded, (await currentBranch(ctx)) ?? ""]) {
    const tip = branch === "" ? null : await readRef(ctx, `refs/heads/${branch}`);
    if (tip !== null) return tip;
  }
  return resolveCommit(ctx, "HEAD");
}

async function countAhead(ctx: WorktreeContext, tip: string | null, target: string | null): Promise<number> {
  if (tip === null) return 0;
  return Number((await gitOk(ctx, ["rev-list", "--count", tip, ...(target === null ? [] : ["--not", target])])).trim());
}

async function commitTime(ctx: WorktreeContext, commit: string): Promise<string> {
  const seconds = Number((await gitOk(ctx, ["log", "-1", "--no-show-signature", "--format=%ct", commit])).trim());
  return new Date(seconds * 1000).toISOString();
}

/** Bytes that a directory takes on the disk; what cannot be read is not counted. */
function sizeOf(directory: string): number {
  let bytes = 0;
  try {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      bytes += (lstatSync(path, { throwIfNoEntry: false })?.blocks ?? 0) * 512;
      if (entry.isDirectory()) bytes += sizeOf(path);
    }
  } catch {}
  return bytes;
}
