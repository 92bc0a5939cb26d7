import { isPlainObject } from "../../base/shape.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The JSON object of a line: the whole line, or, when that is no JSON, the one that begins at its first `{`;
 * what stands before and after it is ignored. Null when there is none: an object inside a list is nobody's event.
 */
export function readJsonObject(line: string): JsonObject | null {
  const whole = parse(line);
  if (whole !== undefined) return isPlainObject(whole) ? whole : null;
  const start = line.indexOf("{");
  if (start < 0) return null;
  const end = closingBrace(line, start);
  const part = end < 0 ? null : parse(line.slice(start, end + 1));
  return isPlainObject(part) ? part : null;
}

/** Undefined for what is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Index of the brace that closes the one at `start`; -1 when none does. */
function closingBrace(text: string, start: number): number {
  let depth = 0;
  let inString = false;
  for (let index = start; index < text.length; index += 1) {
    const character = text[index];
    if (inString) {
      if (character === "\\") index += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{") depth += 1;
    else if (character === "}") {
      depth -= 1;
      if (depth === 0) return index;
    }
  }
  return -1;
}

/** The string at a path of keys; empty when there is none. */
export function stringAt(value: unknown, ...path: string[]): string {
  const found = at(value, path);
  return typeof found === "string" ? found : "";
}

/** The first of these keys that holds a string which is not blank; empty when none does. */
export function firstString(object: JsonObject, ...keys: string[]): string {
  return keys.map((key) => stringAt(object, key)).find((text) => text.trim() !== "") ?? "";
}

/** The finite number at a path of keys, null when there is none. */
export function numberAt(value: unknown, ...path: string[]): number | null {
  const found = at(value, path);
  return typeof found === "number" && Number.isFinite(found) ? found : null;
}

/** The object at a path of keys, an empty one when there is none. */
export function objectAt(value: unknown, ...path: string[]): JsonObject {
  const found = at(value, path);
  return isPlainObject(found) ? found : {};
}

/** The objects of the list at a path of keys. */
export function objectsAt(value: unknown, ...path: string[]): JsonObject[] {
  const found = at(value, path);
  return Array.isArray(found) ? found.filter(isPlainObject) : [];
}

/** The strings of the list at a path of keys. */
export function stringsAt(value: unknown, ...path: string[]): string[] {
  const found = at(value, path);
  return Array.isArray(found) ? found.filter((item) => typeof item === "string") : [];
}

function at(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const key of path) found = isPlainObject(found) ? found[key] : undefined;
  return found;
}
