import { lstat, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf } from "../../base/errors.ts";

/**
 * What a path holds, as one string that changes when the content does: for a file its bytes, for a
 * link its target, for a directory everything below it. Null when nothing is there.
 */
export async function fingerprint(path: string): Promise<string | null> {
  try {
    const stats = await lstat(path);
    if (stats.isSymbolicLink()) return `link:${hash(await readlink(path))}`;
    if (stats.isDirectory()) return `directory:${await directoryHash(path)}`;
    if (stats.isFile()) return `file:${await fileHash(path)}`;
    // Sockets, pipes and devices have no content to compare, and opening a pipe could wait for ever.
    return "special";
  } catch (error) {
    const code = errnoOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    if (code === "EACCES" || code === "EPERM") return "unreadable";
    throw error;
  }
}

/** Fingerprints of several paths, given relative to `root` as `readStatus` gives them. */
export async function fingerprintPaths(root: string, paths: readonly string[]): Promise<Map<string, string | null>> {
  const found = new Map<string, string | null>();
  for (const path of paths) found.set(path, await fingerprint(join(root, path)));
  return found;
}

/** The paths whose fingerprint is no longer the recorded one, in recorded order. */
export async function changedFingerprints(root: string, recorded: ReadonlyMap<string, string | null>): Promise<string[]> {
  const changed: string[] = [];
  for (const [path, before] of recorded) {
    if ((await fingerprint(join(root, path))) !== before) changed.push(path);
  }
  return changed;
}

async function directoryHash(path: string): Promise<string> {
  const names = (await readdir(path)).sort();
  const lines: string[] = [];
  for (const name of names) lines.push(`${JSON.stringify(name)} ${await fingerprint(join(path, name))}`);
  return hash(lines.join("\n"));
}

async function fileHash(path: string): Promise<string> {
  const hasher = new Bun.CryptoHasher("sha256");
  for await (const chunk of Bun.file(path).stream()) hasher.update(chunk);
  return hasher.digest("hex");
}

function hash(text: string): string {
  return new Bun.CryptoHasher("sha256").update(text).digest("hex");
}
