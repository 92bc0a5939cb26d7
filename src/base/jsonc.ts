import { type JsonNode, parseTolerant, placeAt, type SourcePlace } from "./json/tolerant.ts";

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
  const plain = parsePlain(source);
  let tree: JsonNode | null = plain === null ? parseTolerant(source, file) : null;
  const find = (path: JsonPath): JsonNode | null => {
    try {
      tree ??= parseTolerant(source, file);
    } catch {
      // Plain JSON, but nested deeper than places are kept for.
      return null;
    }
    return nodeAt(tree, path);
  };
  return {
    file,
    value: plain === null ? tree?.value : plain.value,
    place(path) {
      const node = find(path);
      return node === null ? null : placeAt(source, node.start);
    },
    numberText: (path) => find(path)?.number ?? null,
  };
}

/** Null where plain JSON does not do. Without a reviver: that would cost more than the parsing. */
function parsePlain(source: string): { readonly value: unknown } | null {
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
