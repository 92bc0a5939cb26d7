import { suggest } from "../../base/suggest.ts";

interface KnownOption {
  readonly names: readonly string[];
  readonly takesValue: boolean;
}

/** Options every command has; they are left out of a command's own list. */
const GLOBAL_OPTIONS: readonly KnownOption[] = [
  { names: ["--color"], takesValue: true },
  ...["--force", "--verbose", "-v", "--no-color", "--auto-fix", "--no-sanity-checks", "--no-config-ts"].map((name) => ({
    names: [name],
    takesValue: false,
  })),
];

/**
 * What is wrong with the options of a command line that did not parse; null when it is not the options.
 * @param definitions the command's options as clipanion lists them, `-q,--quiet` or `--format #0`
 */
export function optionMisuse(definitions: readonly string[], argv: readonly string[]): string | null {
  const options = [...definitions.map(readOption), ...GLOBAL_OPTIONS];
  const find = (name: string) =>
    options.find(({ names }) => names.includes(name)) ??
    options.find(({ names, takesValue }) => !takesValue && names.some((positive) => name === `--no-${positive.slice(2)}`));
  const isBundle = (text: string) =>
    /^-[A-Za-z]{2,}$/.test(text) && [...text.slice(1)].every((letter) => find(`-${letter}`)?.takesValue === false);
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] ?? "";
    if (argument === "--") return null;
    if (!argument.startsWith("-") || argument === "-") continue;
    const [name = ""] = argument.split("=", 1);
    const option = find(name);
    if (option === undefined) {
      if (isBundle(argument)) continue;
      const guess = suggest(
        name,
        options.flatMap(({ names }) => names),
      );
      return `unknown option \`${name}\`.${guess === null ? "" : ` Did you mean \`${guess}\`?`}`;
    }
    if (!option.takesValue || argument.includes("=")) continue;
    const value = argv[index + 1];
    if (value === undefined) return `\`${name}\` needs a value.`;
    if (value.startsWith("-") && value !== "-")
      return `\`${name}\` needs a value; one that begins with a dash is written \`${name}=${value}\`.`;
    index += 1;
  }
  return null;
}

function readOption(definition: string): KnownOption {
  const [names = "", ...value] = definition.split(" ");
  return { names: names.split(","), takesValue: value.length > 0 };
}
