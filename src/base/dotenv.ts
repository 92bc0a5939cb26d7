import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import type { Environment } from "./context.ts";
import { messageOf } from "./errors.ts";

export interface Dotenv {
  /** The environment with what the file adds to it. */
  readonly env: Environment;
  /** The file found, null when there is none. */
  readonly file: string | null;
  /** True when the file belongs to a repository that is not trusted: then nothing of it is read. */
  readonly withheld: boolean;
  /** Why the file was read only up to a line, or not at all; never quotes a value. */
  readonly problem: string | null;
}

/**
 * Finds the nearest `.env` in a directory or above it and adds its variables; those that are set already
 * stay. One at or below `root`, the root of a repository, came with the repository and needs its trust.
 */
export function loadDotenv(env: Environment, cwd: string, repository: { readonly root: string | null; readonly trusted: boolean }): Dotenv {
  const file = nearest(cwd);
  if (file === null) return { env, file, withheld: false, problem: null };
  if (!repository.trusted && repository.root !== null && isWithin(dirname(file), repository.root)) {
    return { env, file, withheld: true, problem: null };
  }
  try {
    const { env: loaded, problem } = addDotenv(env, readFileSync(file, "utf8"));
    return { env: loaded, file, withheld: false, problem: problem === null ? null : `${file}:${problem.line}: ${problem.reason}` };
  } catch (error) {
    return { env, file, withheld: false, problem: `${file} cannot be read: ${messageOf(error)}` };
  }
}

function nearest(cwd: string): string | null {
  for (let directory = cwd; ; directory = dirname(directory)) {
    const file = join(directory, ".env");
    if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return file;
    if (dirname(directory) === directory) return null;
  }
}

function isWithin(directory: string, root: string): boolean {
  const [inner, outer] = [realpathSync(directory), realpathSync(root)];
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep);
}

interface Problem {
  readonly line: number;
  readonly reason: string;
}

/** The environment with the variables of a `.env` text, up to the first line that is none. */
export function addDotenv(env: Environment, text: string): { readonly env: Environment; readonly problem: Problem | null } {
  const loaded: Record<string, string | undefined> = { ...env };
  const source = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const blank = /(?:[^\S\n]*(?:#[^\n]*)?\n)*[^\S\n]*(?:#[^\n]*)?/y;
  const name = /(?:export[^\S\n]+)?([A-Za-z_][A-Za-z0-9_.]*)[^\S\n]*=/y;
  for (let index = 0; ; ) {
    blank.lastIndex = index;
    index += blank.exec(source)?.[0].length ?? 0;
    if (index >= source.length) return { env: loaded, problem: null };
    const line = source.slice(0, index).split("\n").length;
    name.lastIndex = index;
    const match = name.exec(source);
    if (match === null) return { env: loaded, problem: { line, reason: "`NAME=value` is expected" } };
    const read = readValue(source, index + match[0].length, (variable) =>
      Object.hasOwn(loaded, variable) ? (loaded[variable] ?? "") : "",
    );
    if (typeof read === "string") return { env: loaded, problem: { line, reason: read } };
    const [, key = ""] = match;
    if (!Object.hasOwn(loaded, key) || loaded[key] === undefined) loaded[key] = read.value;
    index = read.end;
  }
}

const ESCAPES = new Map([
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
  ["$", "$"],
  [" ", " "],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);
const VARIABLE = /\$(?:\{([^}\n]*)\}|([A-Za-z0-9_]+))/y;
const BLANKS = /[^\S\n]*/y;
const REST = /[^\S\n]+(?:#[^\n]*)?(?=\n|$)/y;

/** A value and where it ends, or what is wrong with it. Quoted and bare parts may follow each other. */
function readValue(text: string, start: number, lookUp: (name: string) => string): { value: string; end: number } | string {
  const empty = matchAt(REST, text, start);
  if (empty !== null) return { value: "", end: start + empty.length };
  let value = "";
  let quote = "";
  for (let index = start + (matchAt(BLANKS, text, start)?.length ?? 0); ; index += 1) {
    const next = text.charAt(index);
    if (next === "" || (next === "\n" && quote === "")) return quote === "" ? { value, end: index } : "the quote is not closed";
    if (next === "\0") return "a value cannot hold a NUL character";
    if (quote === "'") {
      if (next === quote) quote = "";
      else value += next;
    } else if (next === "\\") {
      const meant = ESCAPES.get(text.charAt(index + 1));
      if (meant === undefined) return "a backslash stands before a character that needs none";
      value += meant;
      index += 1;
    } else if (next === "$") {
      VARIABLE.lastIndex = index;
      const match = VARIABLE.exec(text);
      value += match === null ? next : lookUp(match[1] ?? match[2] ?? "");
      index += match === null ? 0 : match[0].length - 1;
    } else if (next === quote) quote = "";
    else if (quote === "" && (next === '"' || next === "'")) quote = next;
    else if (quote === "" && /\s/.test(next)) {
      const rest = matchAt(REST, text, index);
      return rest === null ? "a value with blanks stands in quotes" : { value, end: index + rest.length };
    } else value += next;
  }
}

function matchAt(pattern: RegExp, text: string, index: number): string | null {
  pattern.lastIndex = index;
  return pattern.exec(text)?.[0] ?? null;
}
