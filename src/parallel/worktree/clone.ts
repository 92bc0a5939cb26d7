import { constants, existsSync, lstatSync, mkdirSync, realpathSync, rmSync } from "node:fs";
import { cp } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize } from "node:path";
import { CueLoopError, errnoOf, messageOf } from "../../base/errors.ts";
import { RUNTIME_DIR } from "../../config/paths.ts";
import { insideRoot } from "../../run/trees.ts";
import type { WorktreeContext } from "./context.ts";
import { workspaceRoot } from "./names.ts";
import { canonicalPath } from "./note.ts";

/**
 * Copies a file or directory of the main checkout to the same place in a worktree, sharing blocks on disk until one side
 * is written. Nothing that is there is overwritten. A file system without that is an error unless a plain copy is allowed.
 * Errors: `parallel.clone_refused`, `parallel.clone_unsupported`.
 */
export async function cloneFromMain(
  { context }: { readonly context: WorktreeContext },
  worktree: string,
  path: string,
  options: { readonly copy?: boolean } = {},
): Promise<void> {
  const place = checkedPlace(context, path);
  const target = join(worktree, place);
  if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) throw refused(path, "is in the worktree already");
  const parent = canonicalPath(nearest(dirname(target)));
  const top = canonicalPath(worktree);
  if (parent !== top && insideRoot(top, parent) === null) throw refused(path, "would lead out of the worktree");
  mkdirSync(dirname(target), { recursive: true });
  const mode = options.copy === true ? constants.COPYFILE_FICLONE : constants.COPYFILE_FICLONE_FORCE;
  try {
    await cp(join(context.root, place), target, { recursive: true, force: false, errorOnExist: true, verbatimSymlinks: true, mode });
  } catch (error) {
    rmSync(target, { recursive: true, force: true });
    if (options.copy === true || !UNSUPPORTED.has(errnoOf(error) ?? "")) throw refused(path, `could not be copied: ${messageOf(error)}`);
    throw new CueLoopError("parallel.clone_unsupported", {
      message: `The file system cannot share the blocks of ${path} between the checkout and the worktree (${errnoOf(error)}).`,
      hint: "`cloneFromMain(path, { copy: true })` copies it in full; a package manager with a cache of its own is often quicker.",
      where: { file: join(context.root, place) },
    });
  }
}

const UNSUPPORTED: ReadonlySet<string> = new Set(["ENOTSUP", "EOPNOTSUPP", "EXDEV", "EINVAL", "ENOSYS", "ENOTTY"]);

/** The path below the root, of something that is there and may be copied. */
function checkedPlace(context: WorktreeContext, path: string): string {
  const place = normalize(path).replace(/\/+$/, "");
  if (path.trim() === "" || isAbsolute(path) || place === "." || place.split("/").includes("..")) {
    throw refused(path, "is no path below the root of the repository");
  }
  if (place === ".git" || place.startsWith(".git/") || place === RUNTIME_DIR || place.startsWith(`${RUNTIME_DIR}/`)) {
    throw refused(path, "belongs to the checkout alone");
  }
  const source = join(context.root, place);
  if (!existsSync(source)) throw refused(path, "is not in the main checkout");
  const real = realpathSync(source);
  if (insideRoot(canonicalPath(context.root), real) === null) throw refused(path, `leads out of the repository, to ${real}`);
  const workspaces = canonicalPath(workspaceRoot(context));
  if (insideRoot(workspaces, real) !== null || insideRoot(real, workspaces) !== null) throw refused(path, "holds the workers' worktrees");
  return place;
}

/** The first directory upwards that is there. */
function nearest(directory: string): string {
  return existsSync(directory) || dirname(directory) === directory ? directory : nearest(dirname(directory));
}

function refused(path: string, why: string): CueLoopError {
  return new CueLoopError("parallel.clone_refused", {
    message: `${path === "" ? "The empty path" : path} ${why}, so cloneFromMain leaves it.`,
    hint: "Give a path relative to the root of the repository.",
  });
}
