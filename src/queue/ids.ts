import { CueLoopError } from "../base/errors.ts";
import type { Books } from "./books.ts";

/** How ids of a repository look: `prefix` trimmed and in upper case, `width` the least number of digits. */
export interface IdRules {
  readonly prefix: string;
  readonly width: number;
}

export const LARGEST_ID_NUMBER = 4_294_967_295;

/** The number of a valid id, null for any other text. */
export function parseId(id: string, rules: IdRules): number | null {
  const read = readId(id, rules);
  return typeof read === "number" ? read : null;
}

/** True for `<PREFIX>-<digits>` with this prefix and exactly `width` digits, or more without a leading zero. */
export function isValidId(id: string, rules: IdRules): boolean {
  return parseId(id, rules) !== null;
}

/** What is wrong with an id, as the end of a sentence that began with it; null when nothing is. */
export function idProblem(id: string, rules: IdRules): string | null {
  const read = readId(id, rules);
  return typeof read === "number" ? null : read;
}

/** The id of a number; a number wider than the width keeps all its digits. */
export function formatId(number: number, rules: IdRules): string {
  return `${rules.prefix}-${String(number).padStart(rules.width, "0")}`;
}

/** The number an id would have if only its width were wrong, null when it has none under this prefix. */
export function looseIdNumber(id: string, rules: IdRules): number | null {
  const plain = plainIdNumber(id, rules);
  if (plain >= 0) return plain;
  const dash = id.indexOf("-");
  if (dash < 0 || id.slice(0, dash).trim().toUpperCase() !== rules.prefix) return null;
  return digitsToNumber(id.slice(dash + 1).trim());
}

export interface NextIds {
  /** Consecutive, in ascending order. */
  readonly ids: readonly string[];
  /** True when one of them is the first of the repository to be wider than the configured width. */
  readonly widened: boolean;
}

/**
 * The next free ids: above every number of both files, rejected tasks included, and above every id in `avoid`.
 * Malformed ids are passed over. Error: `queue.ids_exhausted`.
 */
export function nextIds(books: Books, request: IdRules & { readonly count: number; readonly avoid?: Iterable<string> }): NextIds {
  let highest = 0;
  const consider = (id: string) => {
    const number = looseIdNumber(id, request);
    if (number !== null && number > highest) highest = number;
  };
  for (const task of books.queue.tasks) consider(task.id);
  for (const task of books.done.tasks) consider(task.id);
  for (const id of request.avoid ?? []) consider(id);
  const last = highest + request.count;
  if (last > LARGEST_ID_NUMBER) {
    throw new CueLoopError("queue.ids_exhausted", {
      message: `No id is left after ${formatId(highest, request)}: the largest number an id can carry is ${LARGEST_ID_NUMBER}.`,
      hint: `Choose another \`queue.id_prefix\` in .cueloop/config.jsonc, or give the task that took ${formatId(highest, request)} a lower number.`,
    });
  }
  const ids = Array.from({ length: request.count }, (_, offset) => formatId(highest + 1 + offset, request));
  const limit = 10 ** request.width;
  return { ids, widened: highest < limit && last >= limit };
}

/** What to tell when `nextIds` reports `widened`. */
export function widenedNotice(id: string, rules: IdRules): string {
  return (
    `${id} has more than the ${rules.width} digits of queue.id_width. CueLoop reads such ids; ` +
    "versions from before wide ids refuse a queue that holds one. Leave queue.id_width as it is: a larger one makes every shorter id invalid."
  );
}

/** The number of an id in exactly the form we write, -1 for any other; the way nearly every id of a queue takes. */
function plainIdNumber(id: string, rules: IdRules): number {
  const start = rules.prefix.length + 1;
  if (id.length !== start + rules.width || rules.width > 9 || !id.startsWith(rules.prefix) || id[start - 1] !== "-") return -1;
  let number = 0;
  for (let at = start; at < id.length; at += 1) {
    const digit = id.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}

function readId(id: string, rules: IdRules): number | string {
  const plain = plainIdNumber(id, rules);
  if (plain >= 0) return plain;
  const trimmed = id.trim();
  const dash = trimmed.indexOf("-");
  if (dash < 0) return `has no "-"; ids look like ${formatId(1, rules)}`;
  const prefix = trimmed.slice(0, dash).trim().toUpperCase();
  if (prefix !== rules.prefix) return `has the prefix "${prefix}", but queue.id_prefix is "${rules.prefix}"`;
  const digits = trimmed.slice(dash + 1).trim();
  if (!/^[0-9]+$/.test(digits)) return `must end in digits only after "${rules.prefix}-"; ids look like ${formatId(1, rules)}`;
  const number = digitsToNumber(digits);
  if (number === null) return `has a number above ${LARGEST_ID_NUMBER}`;
  if (digits.length < rules.width)
    return `has ${digits.length} digits, but queue.id_width asks for ${rules.width}: ${formatId(number, rules)}`;
  if (digits.length > rules.width && digits.startsWith("0")) {
    return `has ${digits.length} digits with a leading zero, but queue.id_width is ${rules.width}: ${formatId(number, rules)}`;
  }
  return number;
}

function digitsToNumber(digits: string): number | null {
  if (!/^[0-9]+$/.test(digits)) return null;
  const number = Number(digits);
  return number <= LARGEST_ID_NUMBER ? number : null;
}
