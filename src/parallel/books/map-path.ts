import { realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";
import { CueLoopError, errnoOf } from "../../base/errors.ts";
import type { RepoContext } from "../../config/context.ts";

/**
 * Where a file of the checkout `root` has its place in a worktree. A root that is known under two names (a link
 * somewhere above it) is seen through. Error: `parallel.outside_root`.
 */
export function mapPath(root: string, worktree: string, absolutePath: string): string {
  const inside = pathInside(root, absolutePath);
  if (inside !== null) return join(worktree, inside);
  throw new CueLoopError("parallel.outside_root", {
    message: `${absolutePath} does not lie in ${root}, so it has no place in a worktree.`,
    where: { file: absolutePath },
  });
}

/** The two queue files relative to the root, `/`-separated. Error naming the key: `parallel.outside_root`. */
export function bookPaths({ root, queuePath, donePath }: Pick<RepoContext, "root" | "queuePath" | "donePath">): {
  readonly queue: string;
  readonly done: string;
} {
  const inside = (path: string, key: string, proposal: string) => {
    const found = pathInside(root, path);
    if (found !== null && found !== "") return found.split(sep).join("/");
    throw new CueLoopError("parallel.outside_root", {
      message: `${key} is ${path}, which does not lie in ${root}: a worker's worktree has no place for it.`,
      hint: `Set ${key} to a path inside the repository, for example "${proposal}", or run without --parallel.`,
      where: { file: path, path: key },
    });
  };
  return {
    queue: inside(queuePath, "queue.file", ".cueloop/queue.jsonc"),
    done: inside(donePath, "queue.done_file", ".cueloop/done.jsonc"),
  };
}

function pathInside(root: string, path: string): string | null {
  if (path.split(/[\\/]/).includes("..") || !isAbsolute(path)) return null;
  return below(root, path) ?? below(canonical(root), canonical(path));
}

function below(root: string, path: string): string | null {
  const found = relative(root, path);
  return found === ".." || found.startsWith(`..${sep}`) || isAbsolute(found) ? null : found;
}

/** With every link followed; of what does not exist, the part that does. */
function canonical(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    const code = errnoOf(error);
    if ((code !== "ENOENT" && code !== "ENOTDIR") || dirname(path) === path) throw error;
    return join(canonical(dirname(path)), basename(path));
  }
}
