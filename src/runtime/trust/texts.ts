import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import * as v from "valibot";
import type { BaseContext } from "../../base/context.ts";
import { writeAtomic } from "../../base/files.ts";
import type { RepositoryIdentity } from "../../config/trust/repository-key.ts";
import { TEXTS_SUFFIX, usableTrustDirectory } from "../../config/trust/store.ts";
import type { Closure } from "../closure/closure.ts";

/** Of all copies of one repository together, compressed. */
const LARGEST_BYTES = 1024 * 1024;
/** What a file of copies may grow to when it is opened. */
const LARGEST_OPENED = 64 * LARGEST_BYTES;

/** Texts of allowed closures, newest first: by path. They serve to show what changed, and for nothing else. */
const Copies = v.array(v.object({ digest: v.string(), texts: v.record(v.string(), v.string()) }));

/** Keeps the texts of an allowed closure, as far as there is room; those of packages are not kept. */
export function keepTexts(context: Pick<BaseContext, "env">, identity: RepositoryIdentity, closure: Closure): void {
  const file = copiesFile(context, identity);
  if (file === null) return;
  const own = closure.files.filter(({ path }) => !path.includes("node_modules/"));
  const texts = Object.fromEntries(own.map(({ path, bytes }) => [path, new TextDecoder().decode(bytes)]));
  let copies = [{ digest: closure.digest, texts }, ...readCopies(file).filter(({ digest }) => digest !== closure.digest)];
  let packed = gzipSync(JSON.stringify(copies));
  while (packed.length > LARGEST_BYTES && copies.length > 0) {
    copies = copies.slice(0, -1);
    packed = gzipSync(JSON.stringify(copies));
  }
  writeAtomic(file, packed, { mode: 0o600 });
}

/** Forgets the texts of a repository. */
export function forgetTexts(context: Pick<BaseContext, "env">, identity: RepositoryIdentity): void {
  const file = copiesFile(context, identity);
  if (file !== null) rmSync(file, { force: true });
}

/** The texts of an allowed closure by path; null when they are not kept. */
export function keptTexts(
  context: Pick<BaseContext, "env">,
  identity: RepositoryIdentity,
  digest: string,
): Readonly<Record<string, string>> | null {
  const file = copiesFile(context, identity);
  return (file === null ? [] : readCopies(file)).find((copy) => copy.digest === digest)?.texts ?? null;
}

function copiesFile(context: Pick<BaseContext, "env">, identity: RepositoryIdentity): string | null {
  const directory = usableTrustDirectory(context);
  return directory === null ? null : join(directory, `${identity.key}${TEXTS_SUFFIX}`);
}

/** Damaged copies are none: nothing depends on them. */
function readCopies(file: string): v.InferOutput<typeof Copies> {
  try {
    return v.parse(Copies, JSON.parse(gunzipSync(readFileSync(file), { maxOutputLength: LARGEST_OPENED }).toString("utf8")));
  } catch {
    return [];
  }
}
