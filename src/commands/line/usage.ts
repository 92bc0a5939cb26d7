import { CueLoopError } from "../../base/errors.ts";
import { suggest } from "../../base/suggest.ts";
import { MOST_WORKERS } from "../../run/options.ts";

/** A mistake in how the command was typed: exit code 2. */
export function usageProblem(message: string, hint?: string): CueLoopError {
  return new CueLoopError("usage", { message, ...(hint === undefined ? {} : { hint }) });
}

/**
 * The value as one of the accepted words, blanks and case ignored.
 * @param what the option or argument as typed, `--format`
 * @throws CueLoopError `usage` with the accepted words
 */
export function oneOf<const W extends string>(what: string, value: string, accepted: readonly W[]): W {
  const word = value.trim().toLowerCase();
  const found = accepted.find((candidate) => candidate === word);
  if (found !== undefined) return found;
  const guess = suggest(word, accepted);
  throw usageProblem(`${what} takes ${listed(accepted)}, not \`${value}\`.${guess === null ? "" : ` Did you mean \`${guess}\`?`}`);
}

/**
 * The value as a whole number.
 * @throws CueLoopError `usage` when it is none or below `least`
 */
export function wholeNumber(what: string, value: string, least = 0): number {
  const text = value.trim();
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= least) return number;
  throw usageProblem(`${what} takes a whole number${least > 0 ? ` from ${least} on` : ""}, not \`${value}\`.`);
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** Parses how many workers are wanted. Errors: `usage`. */
export function workerCount(flag: string, text: string): number {
  const count = wholeNumber(flag, text, 1);
  if (count > MOST_WORKERS) throw usageProblem(`${flag} takes a number from 1 to ${MOST_WORKERS}, not ${count}.`);
  return count;
}
