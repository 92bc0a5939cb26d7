/**
 * Repo-relative paths to leave out: `dir/` (or `dir`) matches the directory and all below it,
 * `file` the file; no patterns.
 */
export type Exclusions = readonly string[];

/** A test for paths; a trailing slash of the path (an untracked directory) does not matter. */
export function exclusionTest(exclude: Exclusions): (path: string) => boolean {
  const entries = exclude.map((entry) => trimSlash(entry)).filter((entry) => entry !== "");
  const exact = new Set(entries);
  const below = entries.map((entry) => `${entry}/`);
  return (path) => exact.has(trimSlash(path)) || below.some((directory) => path.startsWith(directory));
}

/** Pathspecs for "everything but these", for commands run at the top level. */
export function excludingPathspecs(exclude: Exclusions): string[] {
  const entries = exclude.map((entry) => trimSlash(entry)).filter((entry) => entry !== "");
  return entries.length === 0 ? [] : ["--", ":(top)", ...entries.map((entry) => `:(top,exclude,literal)${entry}`)];
}

function trimSlash(path: string): string {
  return path.replace(/\/+$/, "");
}
