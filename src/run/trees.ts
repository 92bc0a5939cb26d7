import { isAbsolute, relative, sep } from "node:path";
import { CueLoopError } from "../base/errors.ts";
import type { RepoContext } from "../config/context.ts";
import type { Exclusions } from "../git/state/exclude.ts";
import { captureTree } from "../git/tree.ts";
import type { Job } from "./job.ts";

/** Never staged and no part of the work, even where nothing ignores them any more; a trust file that git tracks would not count. */
export const LOCAL_FILES = [".cueloop/cache/", ".cueloop/logs/", ".cueloop/lock/", ".cueloop/trust.jsonc"] as const;

/** What belongs to the program and not to the work: left out whenever trees of the work are made or compared. */
export function workExclusions(context: Pick<RepoContext, "root" | "queuePath" | "donePath">): Exclusions {
  const books = [insideRoot(context.root, context.queuePath), insideRoot(context.root, context.donePath)].filter((path) => path !== null);
  return [...books, ...LOCAL_FILES];
}

/** A path relative to the root, `/`-separated; null when it lies outside. */
export function insideRoot(root: string, path: string): string | null {
  const found = relative(root, path);
  if (found === "" || found.startsWith("..") || isAbsolute(found)) return null;
  return found.split(sep).join("/");
}

/** Whether the work tree is, the program's own files left out, what it was when `tree` was captured. */
export async function isTreeUnchanged(context: RepoContext, tree: string, exclude: Exclusions): Promise<boolean> {
  return (await captureTree(context, { exclude })).tree === tree;
}

/** The work tree as a tree object. A nested repository that was not there at the start is an error: git cannot keep its content. */
export async function captureWork(context: RepoContext, job: Pick<Job, "exclude" | "nested" | "task">): Promise<string> {
  const captured = await captureTree(context, { exclude: job.exclude });
  const appeared = captured.nested.filter((path) => !job.nested.includes(path));
  if (appeared.length === 0) return captured.tree;
  throw new CueLoopError("run.nested_repository", {
    message: `A git repository appeared inside the work tree while ${job.task.id} was worked: ${appeared.join(", ")}. Its content cannot be committed.`,
    hint: "Move it away, add it to .gitignore or make it a submodule, then run the task again. Nothing was deleted.",
    where: { taskId: job.task.id },
  });
}
