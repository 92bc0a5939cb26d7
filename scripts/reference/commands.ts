import definitions from "../../src/commands/definitions.json" with { type: "json" };
import { registry } from "../../src/commands/registry.ts";
import { page, table } from "./markdown.ts";

type Definition = (typeof definitions)[number];

const EVERYWHERE: readonly (readonly [string, string])[] = [
  ["`-h`, `--help`", "Show the help and do nothing."],
  ["`-v`, `--verbose`", "Say more on stderr."],
  ["`--color auto|always|never`", "Colours; `auto` colours a terminal. `NO_COLOR` is respected."],
  ["`--no-color`", "The same as `--color never`."],
  ["`--force`", "Where a command names it: go on in spite of a tree with changes, or of a lock that is held."],
  ["`--auto-fix`", "For runs: remove unknown keys from the project's configuration."],
  ["`--no-sanity-checks`", "For runs: neither remove such keys nor ask about them."],
  ["`--no-config-ts`", "Accepted, without effect in this version."],
];

/** Every command with its options and examples. */
export function commandsPage(): string {
  const categories = [...new Set(definitions.map(({ category }) => flat(category)))];
  const parts = categories.flatMap((category) => {
    const members = definitions.filter((definition) => flat(definition.category) === category);
    return [`## ${category}`, ...members.flatMap(commandParts)];
  });
  return page("Commands", "the command classes", [
    "`cueloop --version` prints the version, `cueloop --help` the list of commands, with any of them its help. Data goes to stdout, everything else to stderr.",
    "Options of every command:",
    table(["Option", "Meaning"], EVERYWHERE),
    ...parts,
  ]);
}

function commandParts({ path, usage, description, details, options, examples }: Definition): string[] {
  const inside = registry[path.slice("cueloop ".length)]?.insideRun === true;
  return [
    `### ${path}`,
    [flat(description), flat(details)].filter((text) => text !== "").join(" "),
    `\`${usage}${options.length > 0 ? " [options]" : ""}\`${inside ? " · also inside a run" : ""}`,
    ...(options.length === 0 ? [] : [table(["Option", "Meaning"], options.map(optionRow))]),
    examples.length === 0 ? "" : `\`\`\`sh\n${examples.map(([what = "", line = ""]) => `# ${flat(what)}\n${line}`).join("\n")}\n\`\`\``,
  ].filter((part) => part !== "");
}

/** `-n,--count #0` with `N: How many` is shown as `-n`, `--count N`. */
function optionRow({ definition, description }: Definition["options"][number]): string[] {
  const [names = "", value] = definition.split(" ");
  const [, word, rest] = /^(\S+): (.*)$/s.exec(description) ?? [];
  const shown = names.split(",");
  const last = value === undefined ? shown.at(-1) : `${shown.at(-1)} ${word ?? "VALUE"}`;
  return [[...shown.slice(0, -1), last].map((name) => `\`${name}\``).join(", "), flat(rest ?? description)];
}

/** Without the line ends clipanion puts in. */
function flat(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
