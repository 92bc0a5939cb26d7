import definitions from "../../src/commands/definitions.json" with { type: "json" };
import { optionMisuse } from "../../src/commands/line/misuse.ts";
import { registry } from "../../src/commands/registry.ts";

/** Stands for a part of a line that only the running program knows. */
export const PLACEHOLDER = "…";

const paths = Object.keys(registry);
const options = new Map(
  definitions.map(({ path, options: list }) => [path.slice("cueloop ".length), list.map(({ definition }) => definition)]),
);
const OVERALL = ["--help", "-h", "--version", "-V"];

/**
 * What is wrong with a command line as a text names it, given without `cueloop`; null when its command and
 * every flag exist. Arguments may be missing or be placeholders.
 */
export function problemOf(line: string): string | null {
  const words = wordsOf(line);
  const path = commandOf(words);
  const next = words[path.length];
  if (path.length === 0 && next !== undefined && isOpen(next)) return null;
  const name = path.join(" ");
  if (!Object.hasOwn(registry, name)) {
    const group = paths.some((known) => known.startsWith(`${name} `));
    return group && next !== undefined && isOpen(next) ? null : `there is no command \`${[...path, next ?? ""].join(" ").trim()}\``;
  }
  const misuse = optionMisuse(
    options.get(name) ?? [],
    ownWords(name, words.slice(path.length)).filter((word) => !OVERALL.includes(word)),
  );
  return misuse === null ? null : `\`${name}\`: ${misuse}`;
}

/** What stands behind a script's file is the script's. */
function ownWords(name: string, words: readonly string[]): readonly string[] {
  const file = name === "script" ? words.findIndex((word) => !word.startsWith("-") || word === "-") : -1;
  return file < 0 ? words : words.slice(0, file);
}

/** The words of a command, or of the beginning of one. */
function commandOf(words: readonly string[]): string[] {
  const path: string[] = [];
  for (const word of words) {
    const longer = [...path, word].join(" ");
    if (!paths.some((known) => known === longer || known.startsWith(`${longer} `))) break;
    path.push(word);
  }
  return path;
}

/** A word that a command's name may hide behind, or that needs no command. */
function isOpen(word: string): boolean {
  return word.startsWith(PLACEHOLDER) || word.startsWith("<") || OVERALL.includes(word);
}

/** The words up to the end of the command: a pipe, a redirection, another command, a closing bracket. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  for (const typed of line.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []) {
    if (/^(?:[|&;>]|[<#]$)/.test(typed)) break;
    const word = typed.replace(/^[[(]+/, "").replace(/[\]),;.:]+$/, "");
    words.push(word);
    if (/[);]$/.test(typed)) break;
  }
  return words;
}
