import { Cli } from "clipanion";
import { version } from "../../version.ts";
import type { BaseCommand } from "../frame/base.ts";
import type { CommandType } from "../frame/entry.ts";
import { attachOptionalValues, attachSignedValues, isSignedNumber } from "./dashed-values.ts";

/** Parses a command's arguments, words included. @throws clipanion's usage errors */
export function parseCommand(type: CommandType, typed: readonly string[]): BaseCommand {
  const cli = newCli(type);
  const whole = attachOptionalValues(type.optionalValues, typed);
  const argv = whole.some(isSignedNumber) ? attachSignedValues(optionDefinitions(type), whole) : whole;
  dropAbsentOptions(cli, argv);
  const command: unknown = cli.process([...argv], { env: {} });
  if (!isCommand(command)) throw new Error(`no command for ${argv.join(" ")}`);
  return command;
}

/** A command's usage as clipanion renders it; with descriptions and examples when `detailed`. */
export function usageText(type: CommandType, detailed: boolean): string {
  const cli = newCli(type);
  const options = cli.definitions()[0]?.options ?? [];
  return options.reduce(
    (text, { definition, description = "" }) => {
      const names = definition.replace(/ #0$/, "");
      if (names === definition) return text;
      return text.replace(`[${definition}]`, `[${names} ${formOf(description)}]`).replace(`  ${definition} `, `  ${names}    `);
    },
    cli.usage(type, { detailed, prefix: "" }),
  );
}

const LONGEST_FORM = 24;

/** What an option takes, `TEXT` or `json|compact`, as its description begins; clipanion itself only counts values. */
function formOf(description: string): string {
  const form = /^([^\s:]+):/.exec(description)?.[1] ?? "VALUE";
  return form.length > LONGEST_FORM ? "VALUE" : form;
}

/** The options as they are declared: `-n,--count #0`. */
export function optionDefinitions(type: CommandType): string[] {
  return (
    newCli(type)
      .definitions()[0]
      ?.options.map(({ definition }) => definition) ?? []
  );
}

function newCli(type: CommandType): Cli {
  const cli = new Cli({ binaryName: "cueloop", binaryVersion: version, enableColors: false });
  cli.register(type);
  return cli;
}

/**
 * Options that are not on the line cannot match, and clipanion's state machine costs
 * milliseconds for each: they are left out of it. Their names stay known, so an unknown
 * option is still told from an absent one.
 */
function dropAbsentOptions(cli: Cli, argv: readonly string[]): void {
  const builder: unknown = Reflect.get(cli, "builder");
  for (const inner of isListHolder(builder, "builders") ? builder.builders : []) {
    if (isListHolder(inner, "options"))
      Reflect.set(
        inner,
        "options",
        inner.options.filter((option) => isNeeded(option, argv)),
      );
  }
}

function isNeeded(option: unknown, argv: readonly string[]): boolean {
  if (!isListHolder(option, "names")) return true;
  if ("required" in option && option.required === true) return true;
  const batch = argv.some((argument) => /^-[A-Za-z]{2,}/.test(argument));
  return option.names.some(
    (name) =>
      typeof name !== "string" ||
      (batch && name.length === 2) ||
      argv.some((argument) => argument === name || argument.startsWith(`${name}=`) || argument === `--no-${name.slice(2)}`),
  );
}

function isListHolder<Key extends string>(value: unknown, key: Key): value is Record<Key, unknown[]> {
  return typeof value === "object" && value !== null && Array.isArray(Reflect.get(value, key));
}

function isCommand(value: unknown): value is BaseCommand {
  return typeof value === "object" && value !== null && "run" in value && typeof value.run === "function";
}
