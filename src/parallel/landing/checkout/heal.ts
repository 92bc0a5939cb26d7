import { cpSync, lstatSync, mkdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { type GitContext, gitOk, gitRecords } from "../../../git/run.ts";
import { withTemporaryIndex } from "../../../git/tree.ts";

export interface HalfWay {
  /** Commit the checkout is on, and is set back to. */
  readonly old: string;
  /** Commit it was being moved to. */
  readonly new: string;
  /** A file that is of neither commit is copied to here before it is replaced. */
  readonly keep: string;
  /** git was killed in the middle for sure: it left its locks. */
  readonly certain: boolean;
}

export interface Healed {
  /** False: nothing of the new commit had arrived, and nothing was touched. */
  readonly healed: boolean;
  /** Paths that were copied. */
  readonly kept: readonly string[];
}

/**
 * Sets a checkout back whose fast-forward stopped between files, index and branch. Only paths that differ between the two
 * commits are looked at; everything else, staged or not, stays.
 */
export async function healFastForward(ctx: GitContext, half: HalfWay): Promise<Healed> {
  const paths = await changedFiles(ctx, half.old, half.new);
  const [inOld, offOld, offNew, staged] = [
    await filesOf(ctx, half.old, paths),
    await filesOff(ctx, half.old, paths),
    await filesOff(ctx, half.new, paths),
    await stagedAs(ctx, half),
  ];
  const arrived = paths.filter((path) => staged.has(path) || (offOld.has(path) && !offNew.has(path)));
  if (arrived.length === 0 && !half.certain) return { healed: false, kept: [] };
  const wrong = paths.filter((path) => offOld.has(path));
  const foreign = wrong.filter((path) => offNew.has(path) && exists(join(ctx.root, path)));
  for (const path of foreign) keepCopy(ctx.root, path, half.keep);
  for (const path of wrong) if (!inOld.has(path)) removeFile(ctx.root, path);
  await forPaths(
    ctx,
    ["checkout", "--quiet", half.old],
    wrong.filter((path) => inOld.has(path)),
  );
  await forPaths(ctx, ["reset", "--quiet", half.old], paths);
  return { healed: true, kept: foreign };
}

/** Files that one of the commits has and the other has not, or has otherwise; submodules are left out. */
async function changedFiles(ctx: GitContext, a: string, b: string): Promise<string[]> {
  const records = await gitRecords(ctx, ["diff-tree", "-r", "--no-renames", "--raw", "-z", a, b]);
  const paths: string[] = [];
  for (let index = 0; index + 1 < records.length; index += 2) {
    const modes = (records[index] ?? "").split(" ");
    const isSubmodule = modes[0] === ":160000" || modes[1] === "160000";
    if (!isSubmodule) paths.push(records[index + 1] ?? "");
  }
  return paths;
}

async function filesOf(ctx: GitContext, commit: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
  const wanted = new Set(paths);
  const listed = await gitRecords(ctx, ["ls-tree", "-r", "-z", "--name-only", "--full-tree", commit]);
  return new Set(listed.filter((path) => wanted.has(path)));
}

/** Those of the paths that are in the work tree otherwise than in the commit. */
async function filesOff(ctx: GitContext, commit: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
  const wanted = new Set(paths);
  const known = await filesOf(ctx, commit, paths);
  const differing = await withTemporaryIndex(ctx, { top: ctx.root, prefix: "" }, null, async (temporary) => {
    await gitOk(temporary, ["read-tree", commit]);
    return gitRecords(temporary, ["diff", "--no-ext-diff", "--no-renames", "--name-only", "-z"]);
  });
  const extra = paths.filter((path) => !known.has(path) && exists(join(ctx.root, path)));
  return new Set([...differing.filter((path) => wanted.has(path)), ...extra]);
}

/** Paths that the index has as the new commit has them. */
async function stagedAs(ctx: GitContext, half: HalfWay): Promise<ReadonlySet<string>> {
  const against = (commit: string) => gitRecords(ctx, ["diff-index", "--cached", "--no-renames", "--name-only", "-z", commit]);
  const [fromOld, fromNew] = [await against(half.old), new Set(await against(half.new))];
  return new Set(fromOld.filter((path) => !fromNew.has(path)));
}

async function forPaths(ctx: GitContext, args: readonly string[], paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const stdin = paths.map((path) => `${path}\0`).join("");
  await gitOk(ctx, ["--literal-pathspecs", ...args, "--pathspec-from-file=-", "--pathspec-file-nul"], { stdin });
}

function keepCopy(root: string, path: string, directory: string): void {
  const target = join(directory, path);
  mkdirSync(dirname(target), { recursive: true });
  cpSync(join(root, path), target, { recursive: true, verbatimSymlinks: true });
}

/** Removes a file and the directories that are empty without it. */
function removeFile(root: string, path: string): void {
  rmSync(join(root, path), { recursive: true, force: true });
  for (let directory = dirname(path); directory !== "."; directory = dirname(directory)) {
    try {
      rmdirSync(join(root, directory));
    } catch {
      return;
    }
  }
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
