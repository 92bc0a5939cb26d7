import { chmodSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { CueLoopError } from "../../base/errors.ts";
import { readTextIfExists, writeAtomic } from "../../base/files.ts";
import { parseJsonc } from "../../base/jsonc.ts";
import { parseValue } from "../../base/parse.ts";
import { record } from "../../base/shape.ts";
import { RUNTIME_DIR } from "../paths.ts";

const TrustFile = record({
  allow_project_commands: v.nullish(v.boolean()),
  /** RFC 3339; for people only. */
  trusted_at: v.nullish(v.string()),
});

/** The decision as the file has it. */
export interface TrustDecision {
  readonly allowed: boolean;
  readonly trustedAt: string | null;
}

/** Where a repository's trust decision is, whether the file exists or not. */
export function trustFilePath(root: string): string {
  return join(root, RUNTIME_DIR, "trust.jsonc");
}

/** The decision; null when there is no file. Throws `config.trust_file` for a malformed one. */
export function readTrustFile(root: string): TrustDecision | null {
  const file = trustFilePath(root);
  try {
    const text = readTextIfExists(file);
    if (text === null) return null;
    const value = parseValue(TrustFile, parseJsonc(text, file), "trust file");
    return { allowed: value.allow_project_commands === true, trustedAt: value.trusted_at ?? null };
  } catch (error) {
    if (!(error instanceof CueLoopError)) throw error;
    throw new CueLoopError("config.trust_file", {
      message: "The trust decision of this repository cannot be read",
      hint: [
        ...(error.hint === undefined ? [] : [error.hint]),
        `Delete ${file}, then decide again with \`cueloop config trust init\`.`,
      ].join("\n"),
      ...(error.where === undefined ? {} : { where: error.where }),
      cause: error,
    });
  }
}

/** Writes a yes, readable by the user alone. `trustedAt`: RFC 3339. */
export function writeTrustFile(root: string, trustedAt: string): void {
  const text = JSON.stringify({ allow_project_commands: true, trusted_at: trustedAt }, null, 2);
  const file = trustFilePath(root);
  writeAtomic(file, text, { mode: 0o600 });
  chmodSync(file, 0o600);
}

/** Takes a yes back; without a file there is none. */
export function withdrawTrust(root: string): void {
  if (readTextIfExists(trustFilePath(root)) === null) return;
  writeAtomic(trustFilePath(root), JSON.stringify({ allow_project_commands: false }, null, 2), { mode: 0o600 });
}
