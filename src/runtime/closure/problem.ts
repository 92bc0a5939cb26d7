import { CueLoopError } from "../../base/errors.ts";
import { formatPlace } from "../../config/validate/problem.ts";
import { placeOf, sourceFrame } from "../source/frame.ts";

/** Something wrong at a place in the user's files; lines and columns count from 1. */
export interface CodeProblem {
  readonly code: "syntax" | "unresolved" | "macro" | "outside" | "unsupported" | "not_a_file" | "unreadable" | "too_large" | "rival";
  readonly message: string;
  readonly hint?: string;
  /** Absolute. */
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** The error that names the place and shows the lines around it. `text`: of the file, when it was read. */
export function codeError(problem: CodeProblem, text: string | null): CueLoopError {
  const { file, line, column } = problem;
  const where = { file, ...(line === undefined ? {} : { line, column: column ?? 1 }) };
  const frame = text === null || line === undefined ? "" : sourceFrame(text, line, column ?? 1);
  return new CueLoopError(`runtime.${problem.code}`, {
    message: `${formatPlace(where)}: ${problem.message}${frame === "" ? "" : `\n${frame}`}`,
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
    where,
  });
}

/** Where a text imports something, as far as it can be found by looking for the specifier. */
export function importPlace(text: string, specifier: string): { readonly line?: number; readonly column?: number } {
  const offsets = [`"${specifier}"`, `'${specifier}'`, `\`${specifier}\``]
    .map((quoted) => text.indexOf(quoted))
    .filter((offset) => offset >= 0);
  return offsets.length === 0 ? {} : placeOf(text, Math.min(...offsets));
}
