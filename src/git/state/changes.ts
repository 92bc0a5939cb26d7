import { lstatSync } from "node:fs";
import { join } from "node:path";
import { CueLoopError } from "../../base/errors.ts";
import { type GitContext, gitOk, gitRecords } from "../run.ts";

/** What differs between the index and the work tree; paths relative to the top level. */
export interface WorkTreeChanges {
  /** Files and links to read into the index again, or to take out of it when they are gone. */
  readonly update: readonly string[];
  /** Index entries whose directory has become a symbolic link: git refuses to look at these. */
  readonly remove: readonly string[];
  /** Directories that are git repositories of their own and no declared submodules; git cannot keep their content. */
  readonly nested: readonly string[];
  /** Paths with a merge conflict. */
  readonly unmerged: readonly string[];
}

/** Lists the changes of the work tree; `ctx.root` must be its top level. */
export async function listChanges(ctx: GitContext): Promise<WorkTreeChanges> {
  const args = ["--no-optional-locks", "ls-files", "-z", "-t", "-m", "-d", "-o", "-u", "--exclude-standard"];
  const records = await gitRecords(ctx, args);
  return sortChanges(records, (path) => isLink(join(ctx.root, path)));
}

/**
 * Sorts records of `ls-files -t -m -d -o -u -z` (`C path`, `? path`; the same path may come several times,
 * unmerged ones with mode, object and stage before a tab).
 */
export function sortChanges(records: readonly string[], isSymbolicLink: (directory: string) => boolean): WorkTreeChanges {
  const known = new Set<string>();
  const fresh = new Set<string>();
  const remove = new Set<string>();
  const nested = new Set<string>();
  const unmerged = new Set<string>();
  const linked = new Map<string, boolean>();
  const behindLink = (path: string): boolean => {
    for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) {
      const directory = path.slice(0, slash);
      const isLinked = linked.get(directory) ?? isSymbolicLink(directory);
      linked.set(directory, isLinked);
      if (isLinked) return true;
    }
    return false;
  };
  for (const record of records) {
    const tag = record.slice(0, 1);
    const rest = record.slice(2);
    const isStaged = /^[0-7]{6} [0-9a-f]+ ([0-3])\t/.exec(rest);
    const path = isStaged === null || tag === "?" ? rest : rest.slice(isStaged[0].length);
    if (isStaged !== null && tag !== "?" && isStaged[1] !== "0") unmerged.add(path);
    if (path.includes("\uFFFD")) throw undecodable(path);
    if (tag === "?" && path.endsWith("/")) nested.add(path);
    else if (tag !== "?" && behindLink(path)) remove.add(path);
    else (tag === "?" ? fresh : known).add(path);
  }
  // Entries of the index first: a file that became a directory has to be out of it before the directory's files come in.
  return { update: [...known, ...fresh], remove: [...remove], nested: [...nested], unmerged: [...unmerged] };
}

/** Reads the given changes into the index that `ctx` names. */
export async function applyChanges(ctx: GitContext, changes: Pick<WorkTreeChanges, "update" | "remove">): Promise<void> {
  const removals = changes.update.length === 0 ? null : asArguments(changes.remove);
  if (removals === null) await removeFromIndex(ctx, changes.remove);
  if (changes.update.length === 0) return;
  const args = ["update-index", "-z", "--add", "--remove", "--replace", ...(removals ?? []), "--stdin"];
  await gitOk(ctx, args, { stdin: joinRecords(changes.update) });
}

/** Takes entries out of the index that `ctx` names; the work tree is not touched. */
export async function removeFromIndex(ctx: GitContext, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  await gitOk(ctx, ["update-index", "-z", "--force-remove", "--stdin"], { stdin: joinRecords(paths) });
}

/** A few removals fit on the command line of another update, which saves a process; null when they do not. */
function asArguments(remove: readonly string[]): string[] | null {
  if (remove.length > 20 || remove.some((path) => path.startsWith("-"))) return null;
  return remove.length === 0 ? [] : ["--force-remove", ...remove, "--no-force-remove"];
}

function joinRecords(paths: readonly string[]): string {
  return paths.map((path) => `${path}\0`).join("");
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function undecodable(path: string): CueLoopError {
  return new CueLoopError("git.path_encoding", {
    message: `The file name ${JSON.stringify(path)} is not valid UTF-8, so its content could not be kept safe.`,
    hint: "Rename the file, commit it by hand, or add it to .gitignore.",
    where: { file: path },
  });
}
