import { realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { CueLoopError } from "../../../base/errors.ts";
import { deniedDirectory, normaliseAllowlistEntry } from "../../../config/validate/allowlist.ts";
import { type GitContext, gitRecords } from "../../../git/run.ts";
import { insideRoot } from "../../../run/trees.ts";
import { canonicalPath } from "../note.ts";
import { globTest } from "./glob.ts";

/** Ignored files of a checkout, relative to its root; those below ignored directories too. */
export async function ignoredFiles(ctx: GitContext): Promise<string[]> {
  const records = await gitRecords(ctx, ["--no-optional-locks", "ls-files", "-i", "-o", "--exclude-standard", "-z"]);
  return records.map(normaliseAllowlistEntry).filter((path) => path !== "" && !path.endsWith("/"));
}

/** Whether a file is copied whatever the configuration says. */
export function isEnvironmentFile(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name === ".env" || name.startsWith(".env.");
}

/** A test for the entries of `parallel.ignored_file_allowlist`. */
export function allowlistTest(entries: readonly string[]): (path: string) => boolean {
  const tests = entries.map((entry) => globTest(normaliseAllowlistEntry(entry)));
  return (path) => tests.some((test) => test(path));
}

/** Where the files come from, and where they must not. */
export interface SeedPlace {
  /** Root of the checkout. */
  readonly root: string;
  readonly workspaceRoot: string;
}

/**
 * The file behind a path, symbolic links followed; null for what is not there or neither file nor directory.
 * Error: `parallel.seed_refused`.
 */
export function seedSource(place: SeedPlace, path: string): string | null {
  const real = realPath(join(place.root, path));
  if (real === null) return null;
  const relative = insideRoot(canonicalPath(place.root), real);
  if (relative === null) throw refused(path, `leads out of the repository, to ${real}`);
  const denied = deniedDirectory(relative);
  if (denied !== null) throw refused(path, `leads into \`${denied}\``);
  if (insideRoot(canonicalPath(place.workspaceRoot), real) !== null)
    throw refused(path, `leads into the workers' directory ${place.workspaceRoot}`);
  const stat = statSync(real);
  if (stat.isDirectory()) throw refused(path, "is a directory");
  return stat.isFile() ? real : null;
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

function refused(path: string, why: string): CueLoopError {
  return new CueLoopError("parallel.seed_refused", {
    message: `The ignored file ${path} ${why}, so it cannot be copied for a worker.`,
    hint: "Put a file of its own in its place, or take it out of `parallel.ignored_file_allowlist`.",
    where: { file: path },
  });
}
