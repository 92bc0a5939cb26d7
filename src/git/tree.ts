import { copyFileSync, existsSync, mkdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { makeTemporary } from "../base/temporary.ts";
import { commonDir, fromTop, indexPath, toTop, treeOf, type WorkTreeLayout, workTreeLayout } from "./repository.ts";
import { type GitContext, git, gitFailed, gitOk, gitRecords } from "./run.ts";
import { applyChanges, listChanges, removeFromIndex } from "./state/changes.ts";
import { type Exclusions, excludingPathspecs, exclusionTest } from "./state/exclude.ts";

export interface CaptureOptions {
  /** Left out of the tree altogether, tracked or not; relative to `root`. */
  readonly exclude?: Exclusions;
}

export interface CapturedTree {
  /** Id of a tree object with the whole work tree from its top level: tracked and untracked files, not the ignored ones. */
  readonly tree: string;
  /** Nested repositories that could not be taken in, relative to `root`, each with a trailing slash. */
  readonly nested: readonly string[];
}

/**
 * Writes the present work tree as a tree object through a temporary index. The index, HEAD and
 * every ref stay as they are, and no identity is needed. Nothing keeps the tree alive but a ref.
 */
export async function captureTree(ctx: GitContext, options: CaptureOptions = {}): Promise<CapturedTree> {
  const layout = await workTreeLayout(ctx);
  const exclude = fromRoot(layout, options.exclude ?? []);
  const excluded = exclusionTest(exclude);
  return withTemporaryIndex(ctx, layout, await indexPath(ctx), async (temporary) => {
    const changes = await listChanges(temporary);
    const wanted = (path: string) => !excluded(path);
    await applyChanges(temporary, { update: changes.update.filter(wanted), remove: changes.remove.filter(wanted) });
    await dropExcluded(temporary, exclude);
    const tree = (await gitOk(temporary, ["write-tree"])).trim();
    return { tree, nested: changes.nested.filter((path) => !excluded(path)).map((path) => fromTop(layout, path)) };
  });
}

/** Tree of the index as it is, what is staged and nothing else; fails on merge conflicts. */
export async function indexTree(ctx: GitContext): Promise<string> {
  const layout = await workTreeLayout(ctx);
  return withTemporaryIndex(ctx, layout, await indexPath(ctx), async (temporary) => (await gitOk(temporary, ["write-tree"])).trim());
}

/** Id of a commit's or tree's tree without the excluded paths (relative to `root`). */
export async function filterTree(ctx: GitContext, treeish: string, exclude: Exclusions): Promise<string> {
  const layout = await workTreeLayout(ctx);
  if (exclude.length === 0) return treeOf(ctx, treeish);
  return withTemporaryIndex(ctx, layout, null, async (temporary) => {
    await gitOk(temporary, ["read-tree", treeish]);
    await dropExcluded(temporary, fromRoot(layout, exclude));
    return (await gitOk(temporary, ["write-tree"])).trim();
  });
}

/** Whether two commits or trees hold the same content, the excluded paths left out. */
export async function treesEqual(ctx: GitContext, a: string, b: string, options: CaptureOptions = {}): Promise<boolean> {
  if (a === b) return true;
  const layout = await workTreeLayout(ctx);
  const args = ["diff-tree", "--quiet", "-r", "--no-renames", a, b, ...excludingPathspecs(fromRoot(layout, options.exclude ?? []))];
  const result = await git({ ...ctx, root: layout.top }, args);
  if (result.code === 0) return true;
  if (result.code === 1) return false;
  throw gitFailed(ctx, args, result);
}

/** Paths (relative to `root`) that differ between two commits or trees, renames shown as two paths. */
export async function changedPaths(ctx: GitContext, a: string, b: string, options: CaptureOptions = {}): Promise<string[]> {
  if (a === b) return [];
  const layout = await workTreeLayout(ctx);
  const excluded = exclusionTest(options.exclude ?? []);
  const args = ["diff-tree", "-r", "--no-renames", "--name-only", "-z", a, b];
  const paths = await gitRecords({ ...ctx, root: layout.top }, args);
  return paths.map((path) => fromTop(layout, path)).filter((path) => !excluded(path));
}

/**
 * Gives `use` a context whose new objects go to a temporary store that is removed afterwards,
 * so that looking at the live work tree leaves the repository byte-identical.
 */
export async function withTemporaryObjects<T>(ctx: GitContext, use: (ctx: GitContext) => Promise<T>): Promise<T> {
  const objects = join(await commonDir(ctx), "objects");
  const directory = makeTemporary(ctx.env, "git");
  try {
    const own = join(directory, "objects");
    mkdirSync(own);
    return await use({
      ...ctx,
      gitEnv: { ...ctx.gitEnv, GIT_OBJECT_DIRECTORY: own, GIT_ALTERNATE_OBJECT_DIRECTORIES: quotedPath(objects) },
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Runs `use` at the top level with an index of its own, a copy of `source` or empty. */
export async function withTemporaryIndex<T>(
  ctx: GitContext,
  layout: WorkTreeLayout,
  source: string | null,
  use: (ctx: GitContext) => Promise<T>,
): Promise<T> {
  const directory = makeTemporary(ctx.env, "git");
  try {
    const index = join(directory, "index");
    if (source !== null && existsSync(source)) copyIndex(source, index);
    const config = {
      // A split index would write its shared half into the repository; safecrlf could refuse to look at a file.
      GIT_CONFIG_COUNT: "2",
      GIT_CONFIG_KEY_0: "core.splitIndex",
      GIT_CONFIG_VALUE_0: "false",
      GIT_CONFIG_KEY_1: "core.safecrlf",
      GIT_CONFIG_VALUE_1: "false",
    };
    return await use({ ...ctx, root: layout.top, gitEnv: { ...ctx.gitEnv, ...config, GIT_INDEX_FILE: index } });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * git takes an entry on trust when its file is older than the index. A copy is newer than what it was copied from, so
 * that a file changed in the moment it was added would be missed: the copy gets the older time.
 */
function copyIndex(source: string, target: string): void {
  const { mtimeMs } = statSync(source);
  copyFileSync(source, target);
  const time = Math.floor(mtimeMs) / 1000;
  utimesSync(target, time, time);
}

/** Takes the excluded paths, and what is below them, out of a temporary index. */
async function dropExcluded(temporary: GitContext, exclude: Exclusions): Promise<void> {
  if (exclude.length === 0) return;
  const options = ["--cached", "-r", "--force", "--quiet", "--ignore-unmatch", "--sparse"];
  const args = ["--literal-pathspecs", "rm", ...options, "--", ...exclude];
  const result = await git(temporary, args);
  if (result.code === 0) return;
  // git before 2.34 does not know `--sparse`.
  if (result.code !== 129) throw gitFailed(temporary, args, result);
  await removeFromIndex(temporary, await gitRecords(temporary, ["--literal-pathspecs", "ls-files", "-z", "--", ...exclude]));
}

function fromRoot(layout: WorkTreeLayout, exclude: Exclusions): string[] {
  // Without the trailing slash an entry is right as a pathspec for a file and for a directory.
  return exclude.map((entry) => toTop(layout, entry).replace(/\/+$/, "")).filter((entry) => entry !== "" && !entry.startsWith("../"));
}

/** Alternates are separated by colons; a path that holds one, or a quote, has to be quoted. */
function quotedPath(path: string): string {
  return /[:"\\]/.test(path) ? `"${path.replace(/["\\]/g, "\\$&")}"` : path;
}
