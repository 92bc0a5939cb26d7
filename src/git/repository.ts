import { existsSync } from "node:fs";
import { join, posix, resolve } from "node:path";
import { CueLoopError } from "../base/errors.ts";
import { gitPlace } from "./place.ts";
import { branchInProcess, pathInProcess, readRefInProcess } from "./refs/in-process.ts";
import { type GitContext, git, gitFailed, gitOk } from "./run.ts";

const PROBE = { timeoutMs: 10_000 };

/** True when `root` lies in a git work tree (not in a bare repository or inside `.git`). */
export async function isWorkTree(ctx: GitContext): Promise<boolean> {
  return (await workTreeProbe(ctx)).ok;
}

/** Throws `git.no_repository` unless `root` lies in a work tree; git's own reason is part of it where it has another. */
export async function requireWorkTree(ctx: GitContext): Promise<void> {
  const { ok, said } = await workTreeProbe(ctx);
  if (ok) return;
  const reason = said === "" || /not a git repository/i.test(said) ? "" : `\n${said}`;
  throw new CueLoopError("git.no_repository", {
    message: `${ctx.root} is not in the work tree of a git repository.${reason}`,
    hint:
      reason === ""
        ? "Run the command inside a repository, or make one with `git init`."
        : "Do what git says above, then run the command again.",
    where: { file: ctx.root },
  });
}

async function workTreeProbe(ctx: GitContext): Promise<{ ok: boolean; said: string }> {
  const result = await git(ctx, ["rev-parse", "--is-inside-work-tree"], PROBE);
  return { ok: result.code === 0 && result.stdout.trim() === "true", said: result.stderr.trim() };
}

/** Absolute path of the git directory that all linked worktrees share. */
export async function commonDir(ctx: GitContext): Promise<string> {
  const place = gitPlace(ctx);
  if (place !== null) return place.common;
  return resolve(ctx.root, (await gitOk(ctx, ["rev-parse", "--git-common-dir"], PROBE)).replace(/\n$/, ""));
}

/** Absolute path of the git directory of this work tree alone. */
export async function gitDirectory(ctx: GitContext): Promise<string> {
  return gitPlace(ctx)?.own ?? (await gitOk(ctx, ["rev-parse", "--absolute-git-dir"], PROBE)).replace(/\n$/, "");
}

/** Absolute path of the index. */
export async function indexPath(ctx: GitContext): Promise<string> {
  return gitPath(ctx, "index");
}

/** Absolute path of something inside the git directory, for example `rebase-merge`. */
export async function gitPath(ctx: GitContext, name: string): Promise<string> {
  const known = pathInProcess(ctx, name);
  return known ?? resolve(ctx.root, (await gitOk(ctx, ["rev-parse", "--git-path", name], PROBE)).replace(/\n$/, ""));
}

/** Where `root` is in its repository. */
export interface WorkTreeLayout {
  /** Absolute path of the work tree's top level. */
  readonly top: string;
  /** `root` relative to it, "" or ending in `/`. */
  readonly prefix: string;
}

/** Finds the top level; asks git only when `root` itself holds no `.git`. */
export async function workTreeLayout(ctx: GitContext): Promise<WorkTreeLayout> {
  if (existsSync(join(ctx.root, ".git"))) return { top: ctx.root, prefix: "" };
  const top = (await gitOk(ctx, ["rev-parse", "--show-toplevel"], PROBE)).replace(/\n$/, "");
  const prefix = (await gitOk(ctx, ["rev-parse", "--show-prefix"], PROBE)).replace(/\n$/, "");
  return { top, prefix };
}

/** A path relative to the top level, made relative to `root`; what lies outside begins with `../`. */
export function fromTop(layout: WorkTreeLayout, path: string): string {
  if (layout.prefix === "") return path;
  if (path.startsWith(layout.prefix)) return path.slice(layout.prefix.length);
  const relative = posix.relative(layout.prefix, path);
  return path.endsWith("/") ? `${relative}/` : relative;
}

/** The reverse of `fromTop`; a trailing slash is kept. */
export function toTop(layout: WorkTreeLayout, path: string): string {
  const joined = posix.normalize(`${layout.prefix}${path}`);
  return joined.startsWith("./") ? joined.slice(2) : joined;
}

/** Name of the checked-out branch, also when it has no commit yet; null when HEAD is detached. */
export async function currentBranch(ctx: GitContext): Promise<string | null> {
  const read = await branchInProcess(ctx);
  if (read !== null) return read.value;
  // Not `--short`: that answers `heads/main` where a tag is called `main`.
  const result = await git(ctx, ["symbolic-ref", "--quiet", "HEAD"], PROBE);
  if (result.code === 0) return result.stdout.trim().replace(/^refs\/heads\//, "");
  if (result.code === 1) return null;
  throw gitFailed(ctx, ["symbolic-ref", "HEAD"], result);
}

/** Full id of the commit HEAD names; null when the branch has no commit yet. */
export async function headCommit(ctx: GitContext): Promise<string | null> {
  return resolveCommit(ctx, "HEAD");
}

/** Full id of the commit a revision names, tags peeled; null when it names none. */
export async function resolveCommit(ctx: GitContext, revision: string): Promise<string | null> {
  // These name commits and nothing else.
  const read = revision === "HEAD" || revision.startsWith("refs/heads/") ? await readRefInProcess(ctx, revision) : null;
  if (read !== null) return read.value;
  const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`];
  const result = await git(ctx, args, PROBE);
  if (result.code === 0) return result.stdout.trim();
  // 1: there is no such object; 128: no repository, or a broken one.
  if (result.code === 1 || /Needed a single revision|unknown revision/.test(result.stderr)) return null;
  throw gitFailed(ctx, args, result);
}

/** Tree id of a commit or tree; `null` revision or an unborn HEAD gives the empty tree. */
export async function treeOf(ctx: GitContext, revision: string | null): Promise<string> {
  if (revision !== null) return (await gitOk(ctx, ["rev-parse", "--verify", "--end-of-options", `${revision}^{tree}`], PROBE)).trim();
  return (await gitOk(ctx, ["mktree"], { stdin: "" })).trim();
}

export type GitIdentity = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Whether git could sign a commit with an author and a committer here; the reason is git's own text. */
export async function hasIdentity(ctx: GitContext): Promise<GitIdentity> {
  const results = await Promise.all(["GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"].map((variable) => git(ctx, ["var", variable], PROBE)));
  const failed = results.find(({ code }) => code !== 0);
  return failed === undefined ? { ok: true } : { ok: false, reason: failed.stderr.trim() };
}

/** True when the path (relative to `root`) is in the index, or is a directory that holds something in it. */
export async function isTracked(ctx: GitContext, path: string): Promise<boolean> {
  return (await gitOk(ctx, ["--literal-pathspecs", "ls-files", "-z", "--", path], PROBE)) !== "";
}

/** Paths in the index, relative to `root`, that are the given path or below it; letter case is ignored. */
export async function trackedPaths(ctx: GitContext, path: string): Promise<readonly string[]> {
  const output = await gitOk(ctx, ["--icase-pathspecs", "ls-files", "-z", "--", path], PROBE);
  return output.split("\0").filter((name) => name !== "");
}

/** True when the ignore rules match the path and it is not tracked. */
export async function isIgnored(ctx: GitContext, path: string): Promise<boolean> {
  const args = ["check-ignore", "--quiet", "--", path];
  const result = await git(ctx, args, PROBE);
  if (result.code === 0) return true;
  if (result.code === 1) return false;
  throw gitFailed(ctx, args, result);
}
