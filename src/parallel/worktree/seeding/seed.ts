import { chmodSync, constants, copyFileSync, existsSync, lstatSync, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { CueLoopError } from "../../../base/errors.ts";
import { deniedDirectory } from "../../../config/validate/allowlist.ts";
import { commonDir } from "../../../git/repository.ts";
import { type GitContext, git, gitFailed, splitRecords } from "../../../git/run.ts";
import { insideRoot } from "../../../run/trees.ts";
import type { WorktreeContext } from "../context.ts";
import { workspaceRoot } from "../names.ts";
import { adminDirectory, canonicalPath, readNote, writeNote } from "../note.ts";
import { allowlistTest, ignoredFiles, isEnvironmentFile, seedSource } from "./seed-files.ts";

export interface SeedOptions {
  /** Absolute path of the worktree. */
  readonly path: string;
  /** Also copy the queue files; for where git does not track them. */
  readonly copyBooks: boolean;
}

/**
 * Copies into a new worktree what its checkout does not bring: `.env` files, the files of the allowlist, and, where git
 * does not track them, the queue files as a reading aid. Nothing is linked, and nothing that is there is overwritten.
 * Returns the copies that git does not ignore there; nobody may stage those. Error: `parallel.seed_refused`.
 */
export async function seedWorktree(
  ctx: WorktreeContext,
  { path, copyBooks }: SeedOptions,
): Promise<{ readonly seeded: readonly string[] }> {
  const place = { root: ctx.root, workspaceRoot: workspaceRoot(ctx) };
  const isAllowed = allowlistTest(ctx.config.parallel.ignored_file_allowlist ?? []);
  const own = insideRoot(canonicalPath(ctx.root), canonicalPath(path));
  const copied: string[] = [];
  for (const file of await ignoredFiles(ctx)) {
    if (deniedDirectory(file) !== null || !(isEnvironmentFile(file) || isAllowed(file))) continue;
    if (own !== null && (file === own || file.startsWith(`${own}/`) || own.startsWith(`${file}/`))) continue;
    const source = seedSource(place, file);
    if (source !== null && copyInto(path, file, source)) copied.push(file);
  }
  if (copyBooks) copied.push(...copyQueueFiles(ctx, path));
  const seeded = await notIgnored({ ...ctx, root: path }, copied);
  await remember(ctx, path, seeded);
  return { seeded };
}

function copyQueueFiles(ctx: WorktreeContext, path: string): string[] {
  return [ctx.queuePath, ctx.donePath].flatMap((book) => {
    const file = insideRoot(ctx.root, book) ?? insideRoot(canonicalPath(ctx.root), canonicalPath(book));
    if (file === null) throw outside(book);
    return existsSync(book) && copyInto(path, file, book) ? [file] : [];
  });
}

/** Copies a file with its mode; false when something is there already. Never writes through a symbolic link. */
function copyInto(worktree: string, file: string, source: string): boolean {
  const parts = file.split("/");
  for (let count = 1; count < parts.length; count += 1) {
    const directory = join(worktree, ...parts.slice(0, count));
    const stat = lstatSync(directory, { throwIfNoEntry: false });
    if (stat === undefined) break;
    if (!stat.isDirectory()) return false;
  }
  const target = join(worktree, file);
  if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) return false;
  mkdirSync(dirname(target), { recursive: true });
  // A copy that shares blocks until one side is written, where the file system has that.
  copyFileSync(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  chmodSync(target, statSync(source).mode & 0o777);
  return true;
}

/** Those of the paths that the ignore rules of a worktree do not cover, an uncommitted `.gitignore` for example. */
async function notIgnored(ctx: GitContext, paths: readonly string[]): Promise<string[]> {
  if (paths.length === 0) return [];
  const args = ["check-ignore", "--stdin", "-z"];
  const result = await git(ctx, args, { stdin: paths.map((path) => `${path}\0`).join("") });
  if (result.code > 1) throw gitFailed(ctx, args, result);
  const ignored = new Set(splitRecords(result.stdout));
  return paths.filter((path) => !ignored.has(path));
}

async function remember(ctx: GitContext, path: string, seeded: readonly string[]): Promise<void> {
  const admin = adminDirectory(await commonDir(ctx), path);
  const note = admin === null ? null : readNote(admin);
  if (admin !== null && note !== null) writeNote(admin, { ...note, seeded: [...new Set([...note.seeded, ...seeded])] });
}

function outside(book: string): CueLoopError {
  return new CueLoopError("parallel.seed_refused", {
    message: `${book} is outside the repository, so workers cannot have a copy of it.`,
    hint: "Set `queue.file` and `queue.done_file` to paths inside the repository.",
    where: { file: book },
  });
}
