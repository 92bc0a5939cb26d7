import * as fs from "node:fs";
import { listRefs, resolveRef } from "isomorphic-git";

/** Refs are small files in the cache of the system: reading one takes less than handing it to another thread. */
const inThisThread = {
  promises: {
    ...fs.promises,
    readFile: async (path: string, { encoding = null }: { readonly encoding?: BufferEncoding | null } = {}) =>
      fs.readFileSync(path, { encoding }),
    readdir: async (path: string) => fs.readdirSync(path),
    stat: async (path: string) => fs.statSync(path),
  },
};

/** Full id of the object a ref leads to; fails when there is none. */
export function readRefFile(gitdir: string, ref: string): Promise<string> {
  return resolveRef({ fs: inThisThread, gitdir, ref });
}

/** Names below `directory` (`refs/…` without a slash at its end), relative to it, lock files included. */
export function listRefFiles(gitdir: string, directory: string): Promise<string[]> {
  return listRefs({ fs: inThisThread, gitdir, filepath: directory });
}
