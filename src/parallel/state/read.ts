import * as v from "valibot";
import { isCueLoopError } from "../../base/errors.ts";
import { readTextIfExists } from "../../base/files.ts";
import { type JsoncDocument, parseJsonc } from "../../base/jsonc.ts";
import { invalid, parseValue } from "../../base/parse.ts";
import { isPlainObject } from "../../base/shape.ts";
import type { RepoContext } from "../../config/context.ts";
import { STATE_VERSION, StateFile } from "./record.ts";
import { statePath } from "./store.ts";

export type FoundState =
  | { readonly kind: "none" }
  | { readonly kind: "state"; readonly state: StateFile }
  /** Written by a later program. `state` is what this one understands of it, without workers where that is nothing. */
  | { readonly kind: "newer"; readonly version: number; readonly state: StateFile }
  /** `reason` names the file and the place in it. */
  | { readonly kind: "corrupt"; readonly reason: string };

const Version = v.looseObject({ schema_version: v.optional(v.number(), 1) });
/** What an old file passes on: not its workers, whose records meant something else. */
const OldState = v.object({ started_at: v.optional(v.string(), ""), target_branch: v.optional(v.string(), "") });

/** The state file as it is on the disk, an old one as its successor; writes nothing. Error: `file.unreadable`. */
export function readState({ runtimeDir }: Pick<RepoContext, "runtimeDir">): FoundState {
  const file = statePath(runtimeDir);
  const text = readTextIfExists(file);
  if (text === null) return { kind: "none" };
  try {
    return understood(parseJsonc(text, file));
  } catch (error) {
    if (isCueLoopError(error)) return { kind: "corrupt", reason: error.message };
    throw error;
  }
}

function understood(document: JsoncDocument): FoundState {
  if (!isPlainObject(document.value)) throw invalid(document, "state file", [], { message: "must be an object" });
  const { schema_version: version } = parseValue(Version, document, "state file");
  if (version > STATE_VERSION) return { kind: "newer", version, state: asFarAsKnown(document, version) };
  if (version < STATE_VERSION) {
    const old = parseValue(OldState, document, "state file");
    return { kind: "state", state: { schema_version: STATE_VERSION, ...old, workers: [] } };
  }
  return { kind: "state", state: parseValue(StateFile, document, "state file") };
}

function asFarAsKnown(document: JsoncDocument, version: number): StateFile {
  const parsed = v.safeParse(StateFile, document.value);
  return parsed.success ? parsed.output : { schema_version: version, started_at: "", target_branch: "", workers: [] };
}
