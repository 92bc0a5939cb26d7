import type { JsonPath } from "../../base/jsonc.ts";
import type { Locate } from "../../config/validate/problem.ts";
import { placeOf } from "../source/frame.ts";

/**
 * Finds where code writes a key: each part of the path as a key behind the one before it, in the configuration's own file.
 * What is computed stands nowhere, and then the file alone is named.
 */
export function keyPlaces(file: string, sources: ReadonlyMap<string, string>): Locate {
  const text = sources.get(file);
  return (path) => {
    const offset = text === undefined ? null : keyOffset(text, path);
    return text === undefined || offset === null ? { file } : { file, ...placeOf(text, offset) };
  };
}

function keyOffset(text: string, path: JsonPath): number | null {
  const names = path.filter((step) => typeof step === "string");
  if (names.length === 0) return null;
  let from = 0;
  for (const name of names) {
    const found = nextKey(text, name, from);
    if (found === null) return null;
    from = found;
  }
  return from;
}

/** `name:`, `"name":`, a shorthand `name,` or a method `name(`. */
function nextKey(text: string, name: string, from: number): number | null {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = new RegExp(`(?<=[\\s{,(]|^|async |async\\*)(?:${escaped}|"${escaped}"|'${escaped}')(?=\\s*(?::|\\(|,|\\}))`, "g");
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? null;
}
