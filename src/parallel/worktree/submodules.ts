import { existsSync } from "node:fs";
import { join } from "node:path";
import { type GitContext, git, splitRecords } from "../../git/run.ts";
import { NO_HOOKS } from "./names.ts";

/** Initialises in a worktree the submodules that the coordinator's checkout has; one that cannot be is a warning. */
export async function initialiseSubmodules(ctx: GitContext, path: string): Promise<void> {
  const there = { ...ctx, root: path };
  for (const submodule of await submodulePaths(there)) {
    if (!existsSync(join(ctx.root, submodule, ".git"))) continue;
    const args = [...NO_HOOKS, "submodule", "--quiet", "update", "--init", "--", submodule];
    const result = await git(there, args);
    if (result.code !== 0) {
      const said = ctx.redact(result.stderr.trim().split("\n").at(-1) ?? "");
      ctx.log.warn(`The submodule ${submodule} stays empty in ${path}: ${said}`);
    }
  }
}

/** Paths of the submodules that a checkout declares. */
export async function submodulePaths(ctx: GitContext): Promise<string[]> {
  if (!existsSync(join(ctx.root, ".gitmodules"))) return [];
  const { stdout } = await git(ctx, ["config", "-z", "--file", ".gitmodules", "--get-regexp", "^submodule\\..*\\.path$"]);
  return splitRecords(stdout).flatMap((record) => {
    const path = record.slice(record.indexOf("\n") + 1);
    return path === "" || path.startsWith("/") || path.split("/").includes("..") ? [] : [path];
  });
}

/**
 * Submodules of a worktree with content that goes when the worktree goes: their repositories live in git's directory for
 * it. That is uncommitted changes, and commits that neither a remote nor the repository around them has.
 */
export async function unsavedSubmodules(ctx: GitContext): Promise<string[]> {
  const unsaved: string[] = [];
  for (const submodule of await submodulePaths(ctx)) {
    if (!existsSync(join(ctx.root, submodule, ".git"))) continue;
    const inside = { ...ctx, root: join(ctx.root, submodule) };
    const recorded = (await git(ctx, ["rev-parse", "--verify", "--quiet", `HEAD:${submodule}`])).stdout.trim();
    const status = await git(inside, ["--no-optional-locks", "status", "--porcelain", "--untracked-files=all"]);
    const commits = await git(inside, ["rev-list", "--max-count=1", "HEAD", "--branches", "--not", "--remotes"]);
    const own = commits.stdout.trim();
    if (status.code !== 0 || status.stdout !== "" || commits.code !== 0 || (own !== "" && own !== recorded)) unsaved.push(`${submodule}/`);
  }
  return unsaved;
}
