import { existsSync, lstatSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { CueLoopError } from "../../base/errors.ts";
import { deleteRef, readRef } from "../../git/refs/refs.ts";
import { type GitContext, git, gitFailed, gitOk } from "../../git/run.ts";
import { listWorktrees } from "../../git/worktrees.ts";
import { insideRoot } from "../../run/trees.ts";
import type { AdminLock } from "./admin-lock.ts";
import type { WorktreeContext } from "./context.ts";
import { findOurWorktree } from "./list.ts";
import { BRANCH_PREFIXES, workspaceRoot } from "./names.ts";
import { canonicalPath, isFinished, writeNote } from "./note.ts";
import { isKept, type Registered, requireSaved } from "./safety.ts";

export interface RemoveOptions {
  /** Absolute path of the worktree. */
  readonly path: string;
  /** The task's branch, deleted only while it is at `tip` (null: wherever it is); null keeps it. */
  readonly branch: { readonly name: string; readonly tip: string | null } | null;
}

/**
 * Removes a worktree of ours and its branch; what is gone already is fine. Nothing goes that is not kept elsewhere: a
 * commit by another ref, uncommitted and untracked files by a salvage ref of the task.
 * Errors: `parallel.nested_repository`, `parallel.unsaved_work`, `parallel.not_ours`, `parallel.branch_moved`,
 * `parallel.branch_in_use`, `parallel.workspace_root_gone`.
 */
export async function removeWorktree(ctx: WorktreeContext, admin: AdminLock, { path, branch }: RemoveOptions): Promise<void> {
  await admin.run(async () => {
    const worktree = await registered(ctx, path);
    const kept = worktree === null ? null : await removeOne(ctx, worktree, branch?.name ?? null);
    if (branch !== null) await deleteBranch(ctx, branch, kept);
  });
}

/**
 * The recovery forms of `removeWorktree`: also for a worktree whose making or removal was interrupted, or whose directory
 * somebody deleted. One that was never finished is dropped as it is; every other is checked as `removeWorktree` does.
 */
export async function dropWorktree(ctx: WorktreeContext, admin: AdminLock, { path, branch }: RemoveOptions): Promise<void> {
  await admin.run(async () => {
    const worktree = await registered(ctx, path);
    const kept = worktree === null ? null : await dropOne(ctx, worktree, branch?.name ?? null);
    if (branch !== null) await deleteBranch(ctx, branch, kept);
  });
}

/** Deletes a task's branch, under the rules of `removeWorktree`. */
export async function removeBranch(ctx: GitContext, admin: AdminLock, branch: NonNullable<RemoveOptions["branch"]>): Promise<void> {
  await admin.run(() => deleteBranch(ctx, branch, null));
}

/** Returns the commit it was at, which another ref than the branch was seen to reach. */
async function removeOne(ctx: WorktreeContext, worktree: Registered, branch: string | null): Promise<string | null> {
  const { path, admin, note } = worktree;
  if (note === null || lstatSync(join(path, ".git"), { throwIfNoEntry: false })?.isFile() !== true) return dropOne(ctx, worktree, branch);
  const { content, head } = await requireSaved(ctx, worktree, branch);
  // Should this be interrupted, what is left is known to be a part of what is kept.
  writeNote(admin, { ...note, removing: content });
  // Twice, as it is locked; where it fails, the worktree stays locked and ours.
  await gitOk(ctx, ["worktree", "remove", "--force", "--force", "--", path]);
  return head;
}

async function dropOne(ctx: WorktreeContext, worktree: Registered, branch: string | null): Promise<string | null> {
  const { path, admin } = worktree;
  if (!existsSync(dirname(path))) throw rootGone(path);
  const head = isFinished(admin) ? (await requireSaved(ctx, worktree, branch)).head : null;
  const args = ["worktree", "remove", "--force", "--force", "--", path];
  const result = await git(ctx, args);
  if (result.code === 0) return head;
  // git refuses a directory that has lost its `.git` file, and does not mind one that is gone.
  const isOurs = insideRoot(canonicalPath(workspaceRoot(ctx)), canonicalPath(path)) !== null && !existsSync(join(path, ".git"));
  if (!isOurs) throw gitFailed(ctx, args, result);
  rmSync(path, { recursive: true, force: true });
  await gitOk(ctx, args);
  return head;
}

/** The worktree that git knows at exactly this path. Error `parallel.not_ours` for anything else that is there. */
async function registered(ctx: WorktreeContext, path: string): Promise<Registered | null> {
  const worktree = await findOurWorktree(ctx, path);
  if (worktree !== null && worktree.admin !== null) {
    if (leadsElsewhere(path, worktree.admin)) await git(ctx, ["worktree", "repair"]);
    return { ...worktree, admin: worktree.admin };
  }
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || (stat.isDirectory() && readdirSync(path).length === 0)) return null;
  throw new CueLoopError("parallel.not_ours", {
    message: `${path} is not removed: git knows no worktree there that a run made.`,
    hint: "Look at what is in it; delete it by hand if it is not needed.",
    where: { file: path },
    kept: path,
  });
}

/** Whether the worktree's `.git` file does not lead to git's directory for it, as after the repository was moved. */
function leadsElsewhere(path: string, admin: string): boolean {
  const file = join(path, ".git");
  if (lstatSync(file, { throwIfNoEntry: false })?.isFile() !== true) return false;
  const target = readFileSync(file, "utf8")
    .trim()
    .replace(/^gitdir: /, "");
  return canonicalPath(resolve(path, target)) !== canonicalPath(admin);
}

/** Deletes a task's branch while every commit of it is reachable from another ref, as `kept` was seen to be a moment ago. */
async function deleteBranch(ctx: GitContext, { name, tip }: NonNullable<RemoveOptions["branch"]>, kept: string | null): Promise<void> {
  const present = await readRef(ctx, `refs/heads/${name}`);
  if (present === null) return;
  if (!BRANCH_PREFIXES.some((prefix) => name.startsWith(prefix))) throw stays("parallel.not_ours", name, "it is no branch of a task");
  if (tip !== null && tip !== present) throw stays("parallel.branch_moved", name, `it is at ${present} and was expected at ${tip}`);
  const user = (await listWorktrees(ctx)).find(({ branch }) => branch === name);
  if (user !== undefined) throw stays("parallel.branch_in_use", name, `${user.path} has it checked out`);
  if (present !== kept && !(await isKept(ctx, present, name))) throw stays("parallel.unsaved_work", name, "no other ref keeps its commits");
  await deleteRef(ctx, `refs/heads/${name}`, present);
}

function stays(code: string, name: string, why: string): CueLoopError {
  return new CueLoopError(code, {
    message: `The branch ${name} is not deleted: ${why}.`,
    hint: `Look at it with \`git log ${name}\`.`,
    kept: name,
  });
}

function rootGone(path: string): CueLoopError {
  return new CueLoopError("parallel.workspace_root_gone", {
    message: `${dirname(path)} is not there, so nothing can be said of the worktree ${path}, and git's entry for it stays.`,
    hint: "Mount the volume it was on. If it is gone for good, make an empty directory there.",
    where: { file: dirname(path) },
  });
}
