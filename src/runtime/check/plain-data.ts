import type { JsonPath } from "../../base/jsonc.ts";
import { invalid, type ParseSource } from "../../base/parse.ts";

/** Throws `file.invalid` for the first thing among settings that no file could hold: a function, a date, a cycle. */
export function requireData(value: unknown, source: ParseSource, what: string): void {
  const found = findOther(value, [], new Set());
  if (found !== null) throw invalid(source, what, found.path, { message: `is ${found.what}; settings are plain data`, ...found.hint });
}

interface Other {
  readonly path: JsonPath;
  readonly what: string;
  readonly hint: { readonly hint?: string };
}

const FUNCTION_HINT = { hint: "Functions stand in hooks, runners, commands and prompts." };

function findOther(value: unknown, path: JsonPath, around: ReadonlySet<unknown>): Other | null {
  if (typeof value === "function") return { path, what: "a function", hint: FUNCTION_HINT };
  if (typeof value === "symbol" || typeof value === "bigint") return { path, what: `a ${typeof value}`, hint: {} };
  if (typeof value !== "object" || value === null) return null;
  if (around.has(value)) return { path, what: "part of itself", hint: {} };
  const inside = new Set([...around, value]);
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return first(
      Array.from(items, (item, index) => [index, item]),
      path,
      inside,
    );
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return { path, what: `a ${value.constructor.name}`, hint: {} };
  return first(Object.entries(value), path, inside);
}

function first(entries: readonly (readonly [string | number, unknown])[], path: JsonPath, inside: ReadonlySet<unknown>): Other | null {
  for (const [key, item] of entries) {
    const found = findOther(item, [...path, key], inside);
    if (found !== null) return found;
  }
  return null;
}
