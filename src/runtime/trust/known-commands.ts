import { rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import type { BaseContext } from "../../base/context.ts";
import { CueLoopError } from "../../base/errors.ts";
import { readTextIfExists, writeAtomic } from "../../base/files.ts";
import { readJson } from "../../base/json/read.ts";
import type { CommandField, LoadedCode } from "../../config/code.ts";
import { type RepositoryIdentity, repositoryIdentity } from "../../config/trust/repository-key.ts";
import { COMMANDS_SUFFIX, usableTrustDirectory } from "../../config/trust/store.ts";
import { unchangedDigest } from "./unchanged.ts";

const Field = v.object({
  name: v.string(),
  kind: v.picklist(["text", "number", "boolean"]),
  words: v.nullable(v.array(v.string())),
  many: v.boolean(),
  required: v.boolean(),
  description: v.string(),
}) satisfies v.GenericSchema<unknown, CommandField>;

const Known = v.object({
  /** Of the code that had these commands. */
  digest: v.string(),
  commands: v.array(v.object({ name: v.string(), description: v.string(), args: v.array(Field), flags: v.array(Field) })),
});

/** A command of the repository as it was when its code ran last. */
export type KnownCommand = v.InferOutput<typeof Known>["commands"][number];

/**
 * Keeps what the commands of loaded code are typed like, so that completion can offer them and run nothing. Where decisions
 * cannot be kept, neither is this.
 */
export function keepCommands(context: Pick<BaseContext, "env">, root: string, { digest, commands }: LoadedCode): void {
  const file = knownFile(context, repositoryIdentity(root));
  if (file === null) return;
  const known = [...commands].map(([name, { description, args, flags }]) => ({
    name,
    description,
    args: args.fields,
    flags: flags.fields,
  }));
  const text = `${JSON.stringify({ digest, commands: known })}\n`;
  try {
    const before = readTextIfExists(file);
    if (before === text || (before === null && known.length === 0)) return;
    writeAtomic(file, text, { mode: 0o600 });
  } catch (error) {
    if (!(error instanceof CueLoopError)) throw error;
  }
}

/** The commands of code whose files are as they were agreed to; none where that cannot be told without running it. */
export function knownCommands(context: Pick<BaseContext, "env">, root: string): readonly KnownCommand[] {
  const file = knownFile(context, repositoryIdentity(root));
  const known = file === null ? null : readJson(Known, file);
  return known !== null && known.digest === unchangedDigest(context, root) ? known.commands : [];
}

/** Forgets the commands of a repository. */
export function forgetCommands(context: Pick<BaseContext, "env">, identity: RepositoryIdentity): void {
  const file = knownFile(context, identity);
  if (file !== null) rmSync(file, { force: true });
}

function knownFile(context: Pick<BaseContext, "env">, identity: RepositoryIdentity): string | null {
  const directory = usableTrustDirectory(context);
  return directory === null ? null : join(directory, `${identity.key}${COMMANDS_SUFFIX}`);
}
