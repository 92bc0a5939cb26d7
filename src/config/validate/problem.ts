import { CueLoopError, type ErrorPlace } from "../../base/errors.ts";
import type { JsonPath } from "../../base/jsonc.ts";
import { formatPath } from "../../base/parse.ts";
import type { Range } from "../schema/ranges.ts";

/** Finds the file, line and column that set a key. */
export type Locate = (path: JsonPath) => ErrorPlace;

/** `path:line:column` as far as it is known, or an empty text. */
export function formatPlace(place: ErrorPlace): string {
  if (place.file === undefined) return "";
  if (place.line === undefined) return place.file;
  return `${place.file}:${place.line}:${place.column ?? 1}`;
}

export const BLANK = "must not be blank";

export interface Problem {
  readonly path: JsonPath;
  /** What is wrong, after the key: `is 0, must be 1 to 3`. */
  readonly text: string;
  readonly hint?: string;
}

/** The error of a configuration value that parses and cannot be used. */
export function invalidValue(problem: Problem, locate: Locate): CueLoopError {
  const place = locate(problem.path);
  const at = formatPlace(place);
  return new CueLoopError("config.invalid_value", {
    message: `${at === "" ? "" : `${at}: `}\`${formatPath(problem.path)}\` ${problem.text}.`,
    where: { ...place, path: formatPath(problem.path) },
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
  });
}

/** The problem of a text that is empty or holds only blanks. */
export function blankProblem<K extends string>(section: Readonly<Record<K, string>>, key: K, path: JsonPath): Problem | null {
  return section[key].trim() === "" ? { path: [...path, key], text: BLANK } : null;
}

/** Problems of numbers outside their ranges; null and absent pass. */
export function outOfRange<K extends string>(
  section: NoInfer<Readonly<Partial<Record<K, unknown>>>>,
  ranges: Readonly<Record<K, Range>>,
  path: JsonPath,
): Problem | null {
  for (const key in ranges) {
    const { min, max } = ranges[key];
    const value = section[key];
    if (typeof value !== "number" || (value >= min && value <= max)) continue;
    return { path: [...path, key], text: `is ${value}, must be ${rangeText({ min, max })}` };
  }
  return null;
}

/** `1 to 3`, or `at least 1` where only the width of the number bounds it above. */
export function rangeText({ min, max }: Range): string {
  return max >= 4_294_967_295 ? `at least ${min}` : `${min} to ${max}`;
}
