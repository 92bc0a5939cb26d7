import type { JsoncDocument, JsonPath } from "../../base/jsonc.ts";
import { isPlainObject } from "../../base/shape.ts";

/** Keys whose numbers may have a fraction; every other number of the file format is an integer. */
const FRACTIONS = new Set(["parallel_queue_multiplier", "multiplier", "jitter_ratio"]);
/** A number with a fraction or an exponent where a value begins. */
const SUSPECT = /[:[,]\s*[-+]?\d+(?:\.|e)/i;

export interface NoInteger {
  readonly path: JsonPath;
  /** As it is written. */
  readonly text: string;
}

/** The first number that is written with a fraction or an exponent, `2.0`, where only an integer may stand. */
export function findNoInteger(text: string, document: Pick<JsoncDocument, "value" | "numberText">): NoInteger | null {
  return SUSPECT.test(text) ? search(document.value, [], document) : null;
}

function search(value: unknown, path: JsonPath, document: Pick<JsoncDocument, "numberText">): NoInteger | null {
  if (typeof value === "number") {
    const written = FRACTIONS.has(String(path.at(-1))) ? null : document.numberText(path);
    return written !== null && /^[-+]?\d*(?:\.|e)/i.test(written) ? { path, text: written } : null;
  }
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : isPlainObject(value)
      ? Object.entries(value)
      : [];
  for (const [key, item] of entries) {
    // A plugin's own settings are anything.
    if (path[0] === "plugins" && path.length === 3 && key === "config") continue;
    const found = search(item, [...path, key], document);
    if (found !== null) return found;
  }
  return null;
}
