import { launchesShell } from "../config/validate/ci-gate.ts";

/** Splits a command line by the quoting rules of a shell, without running one. Text: what is wrong with it. */
export function splitWords(line: string): readonly string[] | string {
  const words: string[] = [];
  let word: string | null = null;
  let quote: "'" | '"' | null = null;
  for (let index = 0; index < line.length; index += 1) {
    const character = line.charAt(index);
    if (quote === "'" && character !== "'") word = `${word ?? ""}${character}`;
    else if (character === "\\" && (quote === null || /["\\$`]/.test(line.charAt(index + 1)))) {
      index += 1;
      if (index >= line.length) return "The command ends in a backslash.";
      word = `${word ?? ""}${line.charAt(index)}`;
    } else if (character === quote) quote = null;
    else if (quote === null && (character === "'" || character === '"')) {
      quote = character;
      word ??= "";
    } else if (quote === null && /\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (quote === null && /[|&;<>()`]/.test(character))
      return "The gate runs without a shell: put pipes, && and redirections into a script and name that.";
    else word = `${word ?? ""}${character}`;
  }
  if (quote !== null) return "A quote is not closed.";
  if (word !== null) words.push(word);
  if (words.some((entry) => entry.trim() === "")) return "A part of the command is blank.";
  if (words.length > 0 && launchesShell(words)) return "Not `sh -c …`: put the commands into a script and name that.";
  return words;
}
