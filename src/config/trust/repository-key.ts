import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { sha256 } from "../../base/files.ts";

/** Which repository decisions belong to: all linked worktrees of a clone share them, another clone does not. */
export interface RepositoryIdentity {
  /** First 32 hexadecimal digits of the hash of the common git directory, or of the root without git. */
  readonly key: string;
  /** Canonical. */
  readonly root: string;
  /** Canonical; null without git. */
  readonly commonDir: string | null;
}

/** Finds the repository's identity from its files; git is not asked, so that a read may do it. */
export function repositoryIdentity(root: string): RepositoryIdentity {
  const canonical = realpathSync(root);
  const commonDir = findCommonDir(canonical);
  return { key: sha256(commonDir ?? canonical).slice(0, 32), root: canonical, commonDir };
}

function findCommonDir(root: string): string | null {
  for (let directory = root; ; directory = dirname(directory)) {
    const entry = join(directory, ".git");
    if (existsSync(entry)) return commonDirOf(entry);
    if (dirname(directory) === directory) return null;
  }
}

/** A linked worktree has a file `.git` that names its own git directory, which names the common one. */
function commonDirOf(entry: string): string | null {
  try {
    if (statSync(entry).isDirectory()) return realpathSync(entry);
    const named = /^gitdir: (.+)$/m.exec(readFileSync(entry, "utf8"))?.[1];
    if (named === undefined) return null;
    const gitDir = resolve(dirname(entry), named.trim());
    const link = join(gitDir, "commondir");
    return realpathSync(existsSync(link) ? resolve(gitDir, readFileSync(link, "utf8").trim()) : gitDir);
  } catch {
    return null;
  }
}
