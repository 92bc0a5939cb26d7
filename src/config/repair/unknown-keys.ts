import { readTextIfExists } from "../../base/files.ts";
import { type JsonPath, parseJsonc } from "../../base/jsonc.ts";
import { findUnknownKey, type UnknownKey } from "../../base/parse.ts";
import { removedKeyAdvice } from "../layers/removed.ts";
import { ConfigLayer } from "../schema.ts";

/**
 * The first key of a configuration file that the program does not know; null where it knows them all, where the
 * file cannot be read, and where older versions knew some: those mean something, and the error says what to put
 * in their place.
 */
export function unknownKeyOf(file: string): UnknownKey | null {
  try {
    const text = readTextIfExists(file);
    if (text === null) return null;
    const { value } = parseJsonc(text, file);
    return removedKeyAdvice(value).length > 0 ? null : findUnknownKey(ConfigLayer, value);
  } catch {
    return null;
  }
}

/** What becomes of an unknown key: it goes, or gets another name. */
export type KeyChange = { readonly kind: "remove" } | { readonly kind: "rename"; readonly to: string };

/** The value a file has after a change, by which an edit of its text is checked. */
export function changedValue(value: unknown, [step, ...rest]: JsonPath, change: KeyChange): unknown {
  if (step === undefined) return value;
  if (Array.isArray(value)) return value.map((item, index) => (index === step ? changedValue(item, rest, change) : item));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, item]): [string, unknown][] => {
    if (key !== String(step)) return [[key, item]];
    if (rest.length > 0) return [[key, changedValue(item, rest, change)]];
    return change.kind === "remove" ? [] : [[change.to, item]];
  });
  return Object.fromEntries(entries);
}
