import type { BaseCommand } from "../frame/base.ts";
import type { CommandType } from "../frame/entry.ts";
import { attachOptionalValues } from "./dashed-values.ts";

type PlainType = Pick<CommandType, "paths" | "optionalValues"> & (new () => BaseCommand);

/** What clipanion makes of `Option.String` and its like: it declares itself to a builder and reads its value from a state. */
interface OptionSpec {
  definition(builder: unknown, key: string): void;
  transformer(builder: unknown, key: string, state: unknown, context: unknown): unknown;
}

/** A line as clipanion's options read it. */
interface State {
  readonly options: { readonly name: string; readonly value: string | true }[];
  readonly positionals: { readonly value: string; readonly extra: false }[];
}

/**
 * Parses the lines that are typed most, without clipanion's machine, which takes a third of the time of a short command:
 * options by their whole names, each value a word of its own or behind `=`, and as many words as the command needs.
 * Null for every other line, right or wrong: clipanion decides about it.
 */
export function parsePlain(type: PlainType, typed: readonly string[]): BaseCommand | null {
  const path = (type.paths ?? []).find((words) => words.every((word, index) => typed[index] === word));
  if (path === undefined) return null;
  const command = new type();
  const specs = Object.entries(command).filter((entry): entry is [string, OptionSpec] => isOptionSpec(entry[1]));
  const declared = new Declared();
  for (const [key, spec] of specs) spec.definition(declared, key);
  const state = read(declared, attachOptionalValues(type.optionalValues, typed.slice(path.length)));
  if (state === null) return null;
  // Every word counts as one the command needs, which is all that its positionals ask about.
  const builder = { arity: { leading: [...state.positionals], trailing: [], extra: [], proxy: false } };
  for (const [key, spec] of specs) Reflect.set(command, key, spec.transformer(builder, key, state, { env: {} }));
  return command;
}

/** Takes down what the options of a command declare. */
class Declared {
  /** Number of values of each option, by name. */
  readonly arities = new Map<string, number>();
  words = 0;
  rest = false;
  /** Something is declared that is not read here. */
  special = false;

  addOption(option: { readonly names: readonly string[]; readonly arity?: number; readonly required?: boolean }): void {
    if (option.required === true) this.special = true;
    for (const name of option.names) this.arities.set(name, option.arity ?? 0);
  }

  addPositional({ required = true }: { readonly required?: boolean }): void {
    if (!required || this.rest) this.special = true;
    this.words += 1;
  }

  addRest({ required = 0 }: { readonly required?: number }): void {
    if (required > 0) this.special = true;
    this.rest = true;
  }

  addProxy(): void {
    this.special = true;
  }
}

function read(declared: Declared, line: readonly string[]): State | null {
  if (declared.special) return null;
  const state: State = { options: [], positionals: [] };
  for (let index = 0; index < line.length; index += 1) {
    const argument = line[index] ?? "";
    if (!argument.startsWith("-")) {
      state.positionals.push({ value: argument, extra: false });
      continue;
    }
    const equals = argument.startsWith("--") ? argument.indexOf("=") : -1;
    const name = equals < 0 ? argument : argument.slice(0, equals);
    const arity = declared.arities.get(name);
    if (arity === 0 && equals < 0) state.options.push({ name, value: true });
    else if (arity === 1 && equals >= 0) state.options.push({ name, value: argument.slice(equals + 1) });
    else if (arity === 1) {
      index += 1;
      const value = line[index];
      if (value === undefined || value.startsWith("-")) return null;
      state.options.push({ name, value });
    } else return null;
  }
  const { length } = state.positionals;
  return length === declared.words || (declared.rest && length > declared.words) ? state : null;
}

function isOptionSpec(value: unknown): value is OptionSpec {
  if (typeof value !== "object" || value === null || !("definition" in value) || !("transformer" in value)) return false;
  return typeof value.definition === "function" && typeof value.transformer === "function";
}
