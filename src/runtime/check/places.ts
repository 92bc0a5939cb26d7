import type { JsonPath } from "../../base/jsonc.ts";
import type { Locate } from "../../config/validate/problem.ts";
import { withoutComments } from "../closure/comments.ts";
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
  const code = withoutComments(text);
  const exported = Math.max(0, code.search(/\bexport\s+default\b/));
  let [from, to] = [nextKey(code, names[0] ?? "", exported, code.length) === null ? 0 : exported, code.length];
  let found: number | null = null;
  for (const [index, name] of names.entries()) {
    found = nextKey(code, name, from, to);
    if (found === null) return null;
    if (index === names.length - 1) break;
    const inside = bracketsBehind(code, found);
    if (inside === null) return null;
    [from, to] = inside;
  }
  return found;
}

/** `name:`, `"name":`, a shorthand `name,` or a method `name(`; that with the fewest brackets around it, the first of those. */
function nextKey(code: string, name: string, from: number, to: number): number | null {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = new RegExp(`(?<=[\\s{,([]|^|async |async \\*)(?:${escaped}|"${escaped}"|'${escaped}')(?=\\s*(?::|\\(|,|\\}))`, "g");
  const places = [...code.matchAll(pattern)].map(({ index }) => index).filter((index) => index >= from && index < to);
  const depths = places.map((index) => depthBetween(code, from, index));
  const least = Math.min(...depths);
  return places[depths.indexOf(least)] ?? null;
}

/** Where what is between the brackets of a key's value begins and ends, `{ … }` or `defineRunner({ … })`; null where it is computed. */
function bracketsBehind(code: string, offset: number): readonly [from: number, to: number] | null {
  const begin = /^[^:{[(]+:[\w$.\s]*[{[(]/.exec(code.slice(offset))?.[0].length;
  if (begin === undefined) return null;
  const from = offset + begin;
  for (const [index, depth] of depths(code, from)) if (depth < 0) return [from, index];
  return [from, code.length];
}

function depthBetween(code: string, from: number, to: number): number {
  let last = 0;
  for (const [index, depth] of depths(code, from)) {
    if (index >= to) break;
    last = depth;
  }
  return last;
}

/** Every bracket from an offset on, with how many are open behind it; those in quotes do not count. */
function* depths(code: string, from: number): Generator<readonly [index: number, depth: number]> {
  let depth = 0;
  const pattern = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|[{[(]|[)\]}]/g;
  pattern.lastIndex = from;
  for (let match = pattern.exec(code); match !== null; match = pattern.exec(code)) {
    if (match[0].length > 1) continue;
    depth += "{[(".includes(match[0]) ? 1 : -1;
    yield [match.index, depth];
  }
}
