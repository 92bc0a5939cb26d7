import * as v from "valibot";
import { readTextIfExists } from "../files.ts";

/** What a JSON text holds; null when it does not parse, or is of another shape. */
export function parseJson<const Schema extends v.GenericSchema>(schema: Schema, text: string): v.InferOutput<Schema> | null {
  try {
    const parsed = v.safeParse(schema, JSON.parse(text));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}

/** What a JSON file holds; null when it is missing, half, or of another shape. Error: `file.unreadable`. */
export function readJson<const Schema extends v.GenericSchema>(schema: Schema, path: string): v.InferOutput<Schema> | null {
  const text = readTextIfExists(path);
  return text === null ? null : parseJson(schema, text);
}
