import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BaseContext } from "../../base/context.ts";
import { sha256 } from "../../base/files.ts";
import { repositoryIdentity } from "../../config/trust/repository-key.ts";
import { readTrustRecord } from "../../config/trust/store.ts";
import { boundaryOf } from "../closure/boundary.ts";

/**
 * The digest of an allowed closure every file of which is as it was allowed; null: there is none. Good enough to stay silent
 * about code that will not run, and cheaper than reading a closure: what imports lead to is not looked at. Nothing may be
 * run on the strength of it.
 */
export function unchangedDigest(context: Pick<BaseContext, "env">, root: string): string | null {
  const { record } = readTrustRecord(context, repositoryIdentity(root));
  const allowed = record?.decisions.filter(({ decision }) => decision === "allow") ?? [];
  if (allowed.length === 0) return null;
  const boundary = boundaryOf(root);
  const hashes = new Map<string, string | null>();
  const hashOf = (path: string) => {
    if (!hashes.has(path)) hashes.set(path, hashIfReadable(join(boundary, path)));
    return hashes.get(path);
  };
  return allowed.find(({ files }) => files.length > 0 && files.every((file) => hashOf(file.path) === file.sha256))?.digest ?? null;
}

function hashIfReadable(path: string): string | null {
  try {
    return sha256(readFileSync(path));
  } catch {
    return null;
  }
}
