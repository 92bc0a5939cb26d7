import { CueLoopError } from "../../base/errors.ts";
import { PUT_ASIDE } from "../errors.ts";

/** A path `git status` reports, relative to the root, `/`-separated, directories with a trailing `/`. */
export interface DirtyPath {
  readonly path: string;
  readonly tracked: boolean;
}

/** Paths that may be dirty when a run starts: the program's own files, never the person's work. */
export function runAllowlist(books: { readonly queue: string | null; readonly done: string | null }): string[] {
  const fixed = [
    ".cueloop/queue.jsonc",
    ".cueloop/done.jsonc",
    ".cueloop/config.jsonc",
    ".cueloop/cache/",
    ".cueloop/README.md",
    ".cueloop/lock/",
  ];
  const own = [books.queue, books.done].filter((path) => path !== null);
  return [...new Set([...fixed, ...own])];
}

/** True when `path` is an allowed file, lies in an allowed directory, or is a wholly untracked directory around one. */
export function isAllowed(path: string, allowed: readonly string[]): boolean {
  const normal = normalise(path);
  return allowed.some((entry) => {
    const candidate = normalise(entry);
    if (normal === candidate) return true;
    if (candidate.endsWith("/") && (normal.startsWith(candidate) || `${normal}/` === candidate)) return true;
    return normal.endsWith("/") && candidate.startsWith(normal) && candidate.endsWith("/");
  });
}

/** The dirty paths outside the allowed ones. */
export function disallowed(dirty: readonly DirtyPath[], allowed: readonly string[]): DirtyPath[] {
  return dirty.filter((entry) => !isAllowed(entry.path, allowed));
}

export interface CleanInputs {
  readonly dirty: readonly DirtyPath[];
  readonly allowed: readonly string[];
  readonly force: boolean;
  /** The selected task was interrupted here: what is dirty is its own work. */
  readonly ownDirt: boolean;
  /** Paths that earlier tasks of this loop left exactly as they are now. */
  readonly leftByLoop: ReadonlySet<string>;
}

/** The paths that stand in the way; empty: the run may start. */
export type CleanVerdict = readonly DirtyPath[];

/** Whether a run may start on this tree. What is dirty anyhow is the work's starting point and never held against the agent. */
export function decideClean(inputs: CleanInputs): CleanVerdict {
  if (inputs.ownDirt || inputs.force) return [];
  return disallowed(inputs.dirty, inputs.allowed).filter((entry) => !inputs.leftByLoop.has(entry.path));
}

const SHOWN = 10;

/** The refusal to start on a tree that holds somebody's changes. */
export function dirtyRepository(paths: readonly DirtyPath[], nested: readonly string[] = []): CueLoopError {
  const repositories =
    nested.length === 0
      ? ""
      : `\nA git repository of its own cannot be committed or put aside; add it to .gitignore or make it a submodule: ${nested.join(", ")}`;
  const logs = paths.some((entry) => entry.path.startsWith(".cueloop/logs/"));
  return new CueLoopError("run.dirty_repository", {
    message: `The repository has changes that are not committed; a run would mix its own with them.\n${listPaths(paths)}`,
    hint: logs
      ? "Runs write into .cueloop/logs/, which git must ignore: `cueloop init` adds that to .gitignore."
      : `Commit them, put them aside (\`${PUT_ASIDE}\`), or start with \`--force\` to run on top of them.${repositories}`,
  });
}

/** Tracked changes, then untracked files, at most ten each and a count of the rest. */
export function listPaths(paths: readonly DirtyPath[]): string {
  const tracked = paths.filter((entry) => entry.tracked);
  const untracked = paths.filter((entry) => !entry.tracked);
  return [...section("changed", tracked), ...section("untracked", untracked)].join("\n");
}

function section(label: string, entries: readonly DirtyPath[]): string[] {
  const lines = entries.slice(0, SHOWN).map((entry) => `  ${label}: ${entry.path}`);
  if (entries.length > SHOWN) lines.push(`  … and ${entries.length - SHOWN} more ${label}`);
  return lines;
}

function normalise(path: string): string {
  return path.trim().replace(/^(\.\/)+/, "");
}
