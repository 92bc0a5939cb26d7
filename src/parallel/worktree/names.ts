import { accessSync, constants, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { CueLoopError, messageOf } from "../../base/errors.ts";
import type { RepoContext } from "../../config/context.ts";
import { configuredPath } from "../../config/paths.ts";
import { readRef } from "../../git/refs/refs.ts";
import { isIgnored } from "../../git/repository.ts";
import type { GitContext } from "../../git/run.ts";
import { insideRoot } from "../../run/trees.ts";
import { canonicalPath } from "./note.ts";

export const BRANCH_PREFIXES = ["cueloop/", "cueloop-work/"] as const;
export type BranchPrefix = (typeof BRANCH_PREFIXES)[number];

/** Where the refs are that keep unfinished work; outside `refs/heads`, so neither listed as branches nor pushed. */
export const SALVAGE_PREFIX = "refs/cueloop/salvage/";

/** The user's git hooks are for the user's checkouts; `parallel.setup` is for these. */
export const NO_HOOKS = ["-c", "core.hooksPath=/dev/null"] as const;

/**
 * What the branches of tasks begin with: a branch named `cueloop` leaves no room for any below it.
 * Error: `parallel.branch_names_taken`.
 */
export async function branchPrefix(ctx: GitContext): Promise<BranchPrefix> {
  for (const prefix of BRANCH_PREFIXES) if ((await readRef(ctx, `refs/heads/${prefix.slice(0, -1)}`)) === null) return prefix;
  throw new CueLoopError("parallel.branch_names_taken", {
    message: "Tasks cannot have branches of their own: the branches `cueloop` and `cueloop-work` leave no room below them.",
    hint: "Rename one of them with `git branch -m cueloop <other name>`.",
  });
}

/** Absolute parent of the worktrees: `parallel.workspace_root`, or `../.workspaces/<repository>/parallel`. */
export function workspaceRoot(ctx: Pick<RepoContext, "root" | "env" | "config">): string {
  const configured = ctx.config.parallel.workspace_root;
  if (configured !== null) return configuredPath(ctx.root, ctx.env, configured);
  return join(dirname(ctx.root), ".workspaces", basename(ctx.root) || "repo", "parallel");
}

/** The reason every worktree of ours is locked with, by which it is known without the state file. */
export function lockReason(runId: string, taskId: string): string {
  return `cueloop ${runId} ${taskId.trim()}`;
}

/** Run and task of a lock reason; null for one that is not ours. */
export function parseLockReason(reason: string): { readonly runId: string; readonly taskId: string } | null {
  const match = /^cueloop (\S+) (\S+)$/.exec(reason.trim());
  return match === null ? null : { runId: match[1] ?? "", taskId: match[2] ?? "" };
}

/**
 * Refuses a parent of the worktrees inside the repository that git does not ignore, and one in which none can be made.
 * Errors: `parallel.workspace_root_is_root`, `parallel.workspace_root_not_ignored`, `parallel.workspace_root_unusable`.
 */
export async function checkWorkspaceRoot(ctx: GitContext, root: string): Promise<void> {
  const repository = canonicalPath(ctx.root);
  const place = canonicalPath(root);
  if (place === repository) {
    throw new CueLoopError("parallel.workspace_root_is_root", {
      message: `\`parallel.workspace_root\` is the repository itself: ${root}.`,
      hint: "Set an absolute path outside the repository, or drop the key.",
      where: { file: root, path: "parallel.workspace_root" },
    });
  }
  requireUsable(root);
  const relative = insideRoot(repository, place);
  if (relative === null) return;
  if ((await isIgnored(ctx, relative)) || (await isIgnored(ctx, `${relative}/probe`))) return;
  throw new CueLoopError("parallel.workspace_root_not_ignored", {
    message: `The workers' directory ${root} is inside the repository ${ctx.root}, and git does not ignore it: every worktree there would be an untracked directory, and could end up in a commit.`,
    hint: `Best is a place outside: drop \`parallel.workspace_root\`, or set an absolute path (\`git clean -ffdx\` deletes what is inside). Or add \`${relative}/\` to .gitignore and commit that, or to .git/info/exclude.`,
    where: { file: root, path: "parallel.workspace_root" },
  });
}

/** The directory need not exist: then the nearest one above it that does is where it would be made. */
function requireUsable(root: string): void {
  for (let place = root; ; place = dirname(place)) {
    const stat = statOf(place);
    if (stat === null && dirname(place) !== place) continue;
    const why = stat?.isDirectory() === true ? refusedAccess(place) : `${place} is not a directory`;
    if (why === null) return;
    throw new CueLoopError("parallel.workspace_root_unusable", {
      message: `Worktrees cannot be made in ${root}: ${why}.`,
      hint: "Put that right, or set `parallel.workspace_root` to a directory that can be written to.",
      where: { file: root, path: "parallel.workspace_root" },
    });
  }
}

function statOf(path: string): ReturnType<typeof statSync> | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

function refusedAccess(directory: string): string | null {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}
