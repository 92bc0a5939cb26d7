import { readFileSync } from "node:fs";
import type { Environment } from "../base/context.ts";
import { errnoOf, messageOf } from "../base/errors.ts";
import { configuredPath } from "./paths.ts";
import { invalidValue, type Locate } from "./validate/problem.ts";

/** Longest instruction file, in bytes. */
const MAX_BYTES = 131_072;

export interface InstructionFile {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

/** Reads every entry of `agent.instruction_files`. Throws `config.invalid_value` naming entry, path and reason. */
export function readInstructionFiles(
  root: string,
  env: Environment,
  entries: readonly string[],
  locate: Locate,
): readonly InstructionFile[] {
  return entries.map((entry, index) => {
    const path = configuredPath(root, env, entry.trim());
    const read = readInstructions(path);
    if (read.ok) return { path, text: read.text };
    throw invalidValue(
      { path: ["agent", "instruction_files", index], text: `(${JSON.stringify(entry)}) names ${path}, which ${read.reason}` },
      locate,
    );
  });
}

function readInstructions(path: string): { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    return { ok: false, reason: errnoOf(error) === "ENOENT" ? "does not exist" : `cannot be read: ${messageOf(error)}` };
  }
  if (bytes.length > MAX_BYTES) return { ok: false, reason: `has ${bytes.length} bytes, more than ${MAX_BYTES}` };
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return { ok: false, reason: "is not UTF-8 text" };
  }
  return text.trim() === "" ? { ok: false, reason: "is blank" } : { ok: true, text };
}
