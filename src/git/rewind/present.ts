import { lstatSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeTemporary } from "../../base/temporary.ts";
import { gitDirectory, toTop, type WorkTreeLayout } from "../repository.ts";
import { type GitContext, git, gitFailed, gitOk, gitRecords, splitRecords } from "../run.ts";
import { applyChanges } from "../state/changes.ts";
import { type Exclusions, exclusionTest } from "../state/exclude.ts";
import { type CapturedTree, captureTree, withTemporaryIndex } from "../tree.ts";
import { type Difference, treeDifferences } from "./differences.ts";

export interface Present extends CapturedTree {
  readonly differences: ReadonlyMap<string, Difference>;
}

/**
 * The present work tree and what of it differs from `base`, by the ignore rules that held in `base`: a file does not
 * vanish because somebody ignores it now, and what was ignored then is nobody's work although it no longer is.
 */
export async function capturePresent(
  ctx: GitContext,
  layout: WorkTreeLayout,
  { base, exclude }: { readonly base: string; readonly exclude: Exclusions },
): Promise<Present> {
  const top = { ...ctx, root: layout.top };
  const seen = await captureTree(ctx, { exclude });
  const differences = await treeDifferences(top, base, seen.tree);
  const hidden = [...differences].filter(([path, { after }]) => after === null && isFile(layout.top, path)).map(([path]) => path);
  const rules = await judgeByRules(top, base, { seen: differences, exclude, layout });
  if (hidden.length + rules.update.length + rules.remove.length === 0) return { ...seen, differences };
  const tree = await withTemporaryIndex(ctx, layout, null, async (temporary) => {
    await gitOk(temporary, ["read-tree", seen.tree]);
    await applyChanges(temporary, { update: [...hidden, ...rules.update], remove: rules.remove });
    return (await gitOk(temporary, ["write-tree"])).trim();
  });
  return { tree, nested: seen.nested, differences: await treeDifferences(top, base, tree) };
}

/** Whether a path is a file or a link, reached through directories only. */
export function isFile(root: string, path: string): boolean {
  for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) {
    if (lstatSync(join(root, path.slice(0, slash)), { throwIfNoEntry: false })?.isDirectory() !== true) return false;
  }
  const found = lstatSync(join(root, path), { throwIfNoEntry: false });
  return found !== undefined && !found.isDirectory();
}

interface Judged {
  /** Ignored now, but not by the earlier rules. */
  readonly update: readonly string[];
  /** Seen now, but ignored by the earlier rules. */
  readonly remove: readonly string[];
}

async function judgeByRules(
  top: GitContext,
  base: string,
  now: { readonly seen: ReadonlyMap<string, Difference>; readonly exclude: Exclusions; readonly layout: WorkTreeLayout },
): Promise<Judged> {
  const appeared = [...now.seen].filter(([, { before }]) => before === null).map(([path]) => path);
  // Also by unchanged rules: a file that was ignored may have been staged all the same.
  if (![...now.seen.keys()].some(isRules)) return { update: [], remove: [...(await ignoredHere(top, appeared))] };
  const excluded = exclusionTest(now.exclude.map((entry) => toTop(now.layout, entry)));
  const records = await gitRecords(top, ["ls-files", "-z", "--others", "--ignored", "--exclude-standard"]);
  const ignored = records.filter((path) => !path.endsWith("/") && !excluded(path));
  const wasIgnored = await ignoredBy(top, base, [...appeared, ...ignored]);
  return { update: ignored.filter((path) => !wasIgnored.has(path)), remove: appeared.filter((path) => wasIgnored.has(path)) };
}

/** The paths that the `.gitignore` files of a tree ignore, together with the rules outside the work tree. */
async function ignoredBy(top: GitContext, tree: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
  if (paths.length === 0) return new Set();
  const directory = makeTemporary(top.env, "rules");
  try {
    const work = join(directory, "work");
    mkdirSync(work);
    const names = (await gitRecords(top, ["ls-tree", "-r", "-z", "--name-only", "--full-tree", tree])).filter(isRules);
    const gitDir = await gitDirectory(top);
    const place = {
      ...top,
      root: work,
      gitEnv: { ...top.gitEnv, GIT_DIR: gitDir, GIT_WORK_TREE: work, GIT_INDEX_FILE: join(directory, "index") },
    };
    await gitOk(place, ["read-tree", tree]);
    await gitOk(place, ["checkout-index", "--force", "-z", "--stdin"], { stdin: names.map((name) => `${name}\0`).join("") });
    return await ignoredHere(place, paths);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The paths that the rules of a work tree ignore, tracked or not. */
async function ignoredHere(ctx: GitContext, paths: readonly string[]): Promise<ReadonlySet<string>> {
  if (paths.length === 0) return new Set();
  const args = ["check-ignore", "--no-index", "-z", "--stdin"];
  const result = await git(ctx, args, { stdin: paths.map((path) => `${path}\0`).join("") });
  if (result.code > 1) throw gitFailed(ctx, args, result);
  return new Set(splitRecords(result.stdout));
}

function isRules(path: string): boolean {
  return path === ".gitignore" || path.endsWith("/.gitignore");
}
