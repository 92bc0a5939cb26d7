import { type CueLoopError, messageOf } from "../../base/errors.ts";
import { readTextIfExists } from "../../base/files.ts";
import { type CodeProblem, codeError, importPlace } from "../closure/problem.ts";
import { errorAt, type UserFrame } from "../load/user-error.ts";
import type { Program } from "./program.ts";

/** The error of a program: the user's own file, line, column and source lines, and no frame of ours. */
export function programError(thrown: unknown, program: Program): CueLoopError {
  const cause = thrown instanceof AggregateError && thrown.errors.length > 0 ? thrown.errors[0] : thrown;
  const problem = buildProblem(cause, program);
  if (problem !== null) return codeError(problem, sourceOf(problem.file, program));
  return errorAt(cause, framesOf(cause, program), {
    code: "runtime.program",
    what: `${program.what} failed`,
    sourceOf: (file) => sourceOf(file, program),
  });
}

/** What stands in a program's way before it runs: it cannot be parsed, or an import leads nowhere. */
function buildProblem(thrown: unknown, program: Program): CodeProblem | null {
  if (thrown instanceof BuildMessage) {
    const { position, message } = thrown;
    const text = `${message.replace(/\.$/, "")}.`;
    if (position === null) return { code: "syntax", message: text, file: program.file };
    return { code: "syntax", message: text, file: position.file, ...shifted(position, position.file, program) };
  }
  if (!(thrown instanceof ResolveMessage)) return null;
  const { specifier, referrer } = thrown;
  const message = `\`${specifier}\` cannot be found.`;
  const isPackage = !/^[./]/.test(specifier);
  const place = importPlace(readTextIfExists(referrer) ?? (referrer === program.file ? (program.given?.module ?? "") : ""), specifier);
  return {
    code: "unresolved",
    message,
    file: referrer,
    ...(place.line === undefined ? {} : shifted({ line: place.line, column: place.column ?? 1 }, referrer, program)),
    ...(isPackage ? { hint: `Install the package (\`bun add ${specifier}\`), or correct the name.` } : {}),
  };
}

/** The frames of an error that are in files, innermost first; the program's own modules are in none. */
function framesOf(thrown: unknown, program: Program): readonly UserFrame[] {
  if (!(thrown instanceof Error) || thrown.stack === undefined) return [];
  const pattern = /^\s*at (?:async )?(?:(.*?) \()?(?:file:\/\/)?(\/.+):(\d+):(\d+)\)?$/gm;
  return [...thrown.stack.matchAll(pattern)]
    .map(([, name = "", file = "", line, column]) => ({ name, file, line: Number(line), column: Number(column) }))
    .filter(({ file }) => !file.startsWith(OWN))
    .map((frame) => ({
      ...frame,
      name: frame.name === "<anonymous>" || frame.name.startsWith("module code") ? "" : frame.name,
      ...shifted(frame, frame.file, program),
    }))
    .filter(({ line }) => line > 0);
}

/** Where the program's own modules are: in the executable, or beside this file. */
const OWN = new URL(import.meta.dir.startsWith("/$bunfs/") ? "/$bunfs/" : "../..", import.meta.url).pathname;

function shifted(
  { line, column }: { readonly line: number; readonly column: number },
  file: string,
  program: Program,
): { readonly line: number; readonly column: number } {
  return { line: file === program.file ? line - (program.given?.preamble ?? 0) : line, column };
}

function sourceOf(file: string, program: Program): string | null {
  try {
    return file === program.file && program.given !== null ? program.given.source : readTextIfExists(file);
  } catch (error) {
    return `(${messageOf(error)})`;
  }
}
