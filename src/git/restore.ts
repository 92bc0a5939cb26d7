import { rmSync } from "node:fs";
import { join } from "node:path";
import { fromTop, workTreeLayout } from "./repository.ts";
import { type GitContext, git, gitRecords } from "./run.ts";
import { listChanges } from "./state/changes.ts";
import { type Exclusions, exclusionTest } from "./state/exclude.ts";

/**
 * Takes index and work tree back to HEAD: new files go, changed ones are as they were committed. Ignored files,
 * excluded paths (relative to `root`) and nested repositories stay. Returns the paths it changed, from the top level.
 */
export async function restoreToHead(ctx: GitContext, exclude: Exclusions = []): Promise<string[]> {
  const layout = await workTreeLayout(ctx);
  const top = { ...ctx, root: layout.top };
  const excluded = exclusionTest(exclude);
  const [changes, staged] = await Promise.all([
    listChanges(top),
    gitRecords(top, ["diff", "--cached", "--name-only", "--no-renames", "-z", "HEAD"]),
  ]);
  const changed = [...new Set([...changes.update, ...changes.remove, ...changes.unmerged, ...staged])];
  const paths = changed.filter((path) => !excluded(fromTop(layout, path)));
  if (paths.length === 0) return [];
  const stdin = paths.map((path) => `${path}\0`).join("");
  const known = new Set(await gitRecords(top, ["--literal-pathspecs", "ls-tree", "-r", "-z", "--name-only", "HEAD"]));
  for (const path of paths.filter((one) => !known.has(one))) rmSync(join(layout.top, path), { force: true, recursive: true });
  await git(top, ["--literal-pathspecs", "reset", "--quiet", "--pathspec-from-file=-", "--pathspec-file-nul", "HEAD"], { stdin });
  const back = paths.filter((path) => known.has(path));
  if (back.length > 0) {
    await git(top, ["--literal-pathspecs", "checkout", "--quiet", "HEAD", "--pathspec-from-file=-", "--pathspec-file-nul"], {
      stdin: back.map((path) => `${path}\0`).join(""),
    });
  }
  return paths;
}
