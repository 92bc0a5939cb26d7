import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { CueLoopError } from "../../base/errors.ts";
import { readTextIfExists } from "../../base/files.ts";
import { currentBranch, headCommit } from "../../git/repository.ts";
import { gitRecords } from "../../git/run.ts";
import type { HookHost } from "../../run/hooks.ts";
import { insideRoot } from "../../run/trees.ts";

/** The work tree a hook is called for, as it is at the call. */
export interface RepoView {
  /** Absolute. */
  readonly root: string;
  /** Short name; null: no branch is checked out. */
  readonly branch: string | null;
  /** Full id of the commit; null before the first one. */
  readonly head: string | null;
  /** Text of a file, by its path relative to the root; null where there is none. */
  read(path: string): Promise<string | null>;
  exists(path: string): Promise<boolean>;
  /** Tracked and untracked files, the ignored ones left out, relative to the root. `pattern`: a glob. */
  files(pattern?: string): Promise<readonly string[]>;
}

export type RepoFacts = Pick<RepoView, "branch" | "head">;

/** What is checked out now; nothing is known outside git. */
export async function repoFacts(host: HookHost, cwd: string): Promise<RepoFacts> {
  const place = { ...host, root: cwd };
  const unknown = () => null;
  const [branch, head] = await Promise.all([currentBranch(place).catch(unknown), headCommit(place).catch(unknown)]);
  return { branch, head };
}

export function repoView(host: HookHost, cwd: string, facts: RepoFacts): RepoView {
  return Object.freeze({
    root: cwd,
    ...facts,
    read: async (path: string) => readTextIfExists(within(cwd, path)),
    exists: async (path: string) => existsSync(within(cwd, path)),
    files: async (pattern?: string) => {
      const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"];
      const files = await gitRecords({ ...host, root: cwd }, args);
      const glob = pattern === undefined ? null : new Bun.Glob(pattern);
      return Object.freeze(glob === null ? files : files.filter((file) => glob.match(file)));
    },
  });
}

function within(root: string, path: string): string {
  const absolute = resolve(root, path);
  if (absolute === root || insideRoot(root, absolute) !== null) return absolute;
  throw new CueLoopError("hook.outside_repository", {
    message: `${path} is outside the repository (${root}).`,
    hint: "`repo` reads files below the root; `Bun.file` reads any other.",
  });
}
