import * as v from "valibot";
import type { JsonPath } from "../../base/jsonc.ts";
import { invalid, type ParseSource } from "../../base/parse.ts";
import type { UserFunction } from "../../config/code.ts";

/** A member that is a function. */
export const Fn = v.custom<UserFunction>(isFunction, "it must be a function");

export function isFunction(value: unknown): value is UserFunction {
  return typeof value === "function";
}

/** The error for a name that is one of CueLoop's own. */
export function taken(source: ParseSource, path: JsonPath, what: string): Error {
  return invalid(source, "configuration", path, { message: `has the name of ${what}`, hint: "Choose another name." });
}

/** Holds the last key of a path against a pattern. Error `file.invalid`. */
export function requireName(source: ParseSource, path: JsonPath, pattern: RegExp, message: string): void {
  if (!pattern.test(String(path.at(-1)))) {
    throw invalid(source, "configuration", path, { message: `has a name that cannot be used: it ${message}` });
  }
}
