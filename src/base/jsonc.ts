import { type JsonNode, parseTolerant, type SourcePlace } from "./json/tolerant.ts";

export type JsonPath = readonly (string | number)[];

/** A parsed JSON or JSONC text that can say where each of its values stands. */
export interface JsoncDocument {
  readonly file: string;
  readonly value: unknown;
  /** Line and column, from 1, of the value (for an object's entry: of its key) at a path; null when there is none. */
  place(path: JsonPath): SourcePlace | null;
  /** The characters a number was written with; null when there is no number at the path. */
  numberText(path: JsonPath): string | null;
}

/**
 * Parses JSON with everything the older program lets pass: comments, trailing and
 * missing commas, unquoted and single-quoted keys and strings, hexadecimal numbers, a
 * leading plus, raw newlines in strings. Plain JSON takes the fast way.
 * @throws CueLoopError `json.syntax` with file, line and column
 */
export function parseJsonc(text: string, file: string): JsoncDocument {
  const source = text.startsWith("\uFEFF") ? text.slice(1) : text;
  let tree: JsonNode | null = null;
  const parsed = () => {
    tree ??= parseTolerant(source, file);
    return tree;
  };
  const value = fastParse(source) ?? parsed();
  return {
    file,
    value: value.value,
    place: (path) => nodeAt(parsed(), path)?.place ?? null,
    numberText: (path) => nodeAt(parsed(), path)?.number ?? null,
  };
}

/** Null where plain JSON does not do; `__proto__` as a key needs the careful parser's own objects no less than JSON.parse gives them. */
function fastParse(source: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(source) };
  } catch {
    return null;
  }
}

function nodeAt(root: JsonNode, path: JsonPath): JsonNode | null {
  let node: JsonNode = root;
  for (const step of path) {
    const next = typeof step === "number" ? node.items?.[step] : node.entries?.get(step);
    if (next === undefined) return null;
    node = next;
  }
  return node;
}
