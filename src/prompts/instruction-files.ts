import { readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { CueLoopError, errnoOf } from "../base/errors.ts";
import type { RepoContext } from "../config/context.ts";

const INSTRUCTION_FILE_LIMIT = 131_072;

export interface InstructionFile {
  /** Resolved path, as the agent is shown it. */
  readonly path: string;
  readonly text: string;
}

/**
 * Reads `agent.instruction_files` in order; nothing that is not listed there is read.
 * Throws `prompts.instruction_file` naming the file that is missing, too large, blank or no UTF-8.
 */
export function loadInstructionFiles(ctx: Pick<RepoContext, "sourceDir" | "env" | "config">): InstructionFile[] {
  return (ctx.config.agent.instruction_files ?? []).map((entry) => readInstructionFile(resolveEntry(ctx, entry)));
}

/** The part of the prompt that carries them; empty without files. */
export function instructionPreamble(files: readonly InstructionFile[]): string {
  if (files.length === 0) return "";
  const intro =
    "# Instruction files\n\n" +
    "The files below are authoritative for this run. Follow their hard rules to the letter; apply their advice with judgement.";
  return [intro, ...files.map((file) => `## ${file.path}\n\n${file.text.trim()}`)].join("\n\n---\n\n");
}

/** Relative entries are meant where the configuration that names them is. */
function resolveEntry(ctx: Pick<RepoContext, "sourceDir" | "env">, entry: string): string {
  const home = ctx.env["HOME"]?.trim() ?? "";
  const expanded = home !== "" && (entry === "~" || entry.startsWith("~/")) ? join(home, entry.slice(1)) : entry;
  return isAbsolute(expanded) ? expanded : resolve(dirname(ctx.sourceDir), expanded);
}

function readInstructionFile(path: string): InstructionFile {
  let text: string;
  try {
    const size = statSync(path).size;
    if (size > INSTRUCTION_FILE_LIMIT) throw unusable(path, `has ${size} bytes; at most ${INSTRUCTION_FILE_LIMIT} are allowed`);
    text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    if (error instanceof CueLoopError) throw error;
    if (error instanceof TypeError) throw unusable(path, "is not valid UTF-8");
    throw unusable(path, errnoOf(error) === "ENOENT" ? "does not exist" : `cannot be read (${errnoOf(error) ?? String(error)})`);
  }
  if (text.trim() === "") throw unusable(path, "is blank");
  return { path, text };
}

function unusable(path: string, what: string): CueLoopError {
  return new CueLoopError("prompts.instruction_file", {
    message: `The instruction file ${path} ${what}.`,
    hint: "Correct the file, or take it out of `agent.instruction_files` (`cueloop config show` prints the setting).",
    where: { file: path },
  });
}
