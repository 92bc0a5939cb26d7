import { suggest } from "../../base/suggest.ts";
import type { CommandField } from "../../config/code.ts";
import { flagName, isSwitch } from "../../runtime/check/command-fields.ts";
import { isSignedNumber } from "../line/dashed-values.ts";
import { usageProblem } from "../line/usage.ts";

export interface OwnLine {
  readonly args: Readonly<Record<string, unknown>>;
  readonly flags: Readonly<Record<string, unknown>>;
}

/** Reads the words behind a command's name by its fields. Error: `usage`. */
export function readLine(args: readonly CommandField[], flags: readonly CommandField[], line: readonly string[]): OwnLine {
  const words: string[] = [];
  const given: Record<string, unknown> = {};
  const byName = new Map(flags.map((field) => [flagName(field.name), field]));
  for (let index = 0; index < line.length; index += 1) {
    const word = line[index] ?? "";
    if (word === "--") {
      words.push(...line.slice(index + 1));
      break;
    }
    if (!word.startsWith("-") || word === "-" || isSignedNumber(word)) {
      words.push(word);
      continue;
    }
    const [name = ""] = word.split("=", 1);
    const negated = byName.get(`--${name.slice("--no-".length)}`);
    const field = byName.get(name);
    if (field === undefined && negated?.kind === "boolean" && name === word && name.startsWith("--no-")) {
      given[negated.name] = false;
      continue;
    }
    if (field === undefined) {
      const guess = suggest(name, [...byName.keys()]);
      throw usageProblem(`unknown option \`${name}\`.${guess === null ? "" : ` Did you mean \`${guess}\`?`}`);
    }
    if (isSwitch(field) && name === word) {
      given[field.name] = true;
      continue;
    }
    let text: string | undefined = word.slice(name.length + 1);
    if (name === word) {
      index += 1;
      text = line[index];
      if (text === undefined || (text.startsWith("-") && text !== "-" && !isSignedNumber(text)))
        throw usageProblem(`\`${name}\` needs a value.`);
    }
    const before = given[field.name];
    const value = readValue(field, name, text);
    given[field.name] = field.many ? [...(Array.isArray(before) ? before : []), value] : value;
  }
  const lacking = flags.find(({ name, required, kind }) => required && kind !== "boolean" && given[name] === undefined);
  if (lacking !== undefined) throw usageProblem(`\`${flagName(lacking.name)}\` is needed.`);
  const unset = flags.filter((field) => isSwitch(field) && field.required && given[field.name] === undefined);
  return { args: positionals(args, words), flags: { ...given, ...Object.fromEntries(unset.map(({ name }) => [name, false])) } };
}

function positionals(args: readonly CommandField[], words: readonly string[]): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  let next = 0;
  for (const field of args) {
    const own = words.slice(next, field.many ? undefined : next + 1);
    next += own.length;
    const what = field.name.toUpperCase();
    if (own.length === 0 && field.required) throw usageProblem(`${what} is needed.`);
    const values = own.map((word) => readValue(field, what, word));
    if (own.length > 0) read[field.name] = field.many ? values : values[0];
  }
  if (next < words.length) throw usageProblem(`\`${words[next]}\` is one word too many.`);
  return read;
}

function readValue({ kind, words }: CommandField, what: string, text: string): unknown {
  if (words !== null && !words.includes(text)) {
    const guess = suggest(text, words);
    throw usageProblem(`${what} takes ${words.join(", ")}, not \`${text}\`.${guess === null ? "" : ` Did you mean \`${guess}\`?`}`);
  }
  if (kind === "number") {
    const number = Number(text);
    if (text.trim() !== "" && Number.isFinite(number)) return number;
    throw usageProblem(`${what} takes a number, not \`${text}\`.`);
  }
  if (kind === "text") return text;
  if (text === "true" || text === "false") return text === "true";
  throw usageProblem(`${what} takes true or false, not \`${text}\`.`);
}
