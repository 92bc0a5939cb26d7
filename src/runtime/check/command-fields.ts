import * as v from "valibot";
import type { JsonPath } from "../../base/jsonc.ts";
import { invalid, type ParseSource } from "../../base/parse.ts";
import type { CommandField } from "../../config/code.ts";

/**
 * The fields of a schema of valibot's, in their order; none without a schema.
 * @param path where the schema stands, for errors
 * @throws CueLoopError `file.invalid` for a schema that no line could be read by
 */
export function fieldsOf(schema: unknown, source: ParseSource, path: JsonPath): readonly CommandField[] {
  if (schema === undefined || schema === null) return [];
  const entries = isSchema(schema) ? Reflect.get(schema, "entries") : undefined;
  if (typeof entries !== "object" || entries === null) throw problem(source, path, "must be `v.object({ … })`");
  return Object.entries(entries).map(([name, entry]) => fieldOf(name, entry, source, [...path, name]));
}

const OPTIONAL = ["optional", "exact_optional", "nullish", "nullable", "undefinedable"];

function fieldOf(name: string, entry: unknown, source: ParseSource, path: JsonPath): CommandField {
  let schema = entry;
  let required = true;
  let description = "";
  for (;;) {
    if (!isSchema(schema)) throw problem(source, path, "is no schema of `v`");
    description ||= v.getDescription(schema) ?? "";
    if (!OPTIONAL.includes(schema.type)) break;
    required = false;
    schema = Reflect.get(schema, "wrapped");
  }
  const many = schema.type === "array";
  const item: unknown = many ? Reflect.get(schema, "item") : schema;
  const type = isSchema(item) ? item.type : "";
  if (type !== "string" && type !== "number" && type !== "boolean" && type !== "picklist")
    throw problem(source, path, "cannot be typed: it must be a string, number, boolean or picklist, or an array of them");
  const kind = type === "number" || type === "boolean" ? type : "text";
  return { name, kind, words: type === "picklist" ? wordsOf(item, source, path) : null, many, required, description };
}

/** The words of a picklist; a number among them could never be what was typed. */
function wordsOf(picklist: unknown, source: ParseSource, path: JsonPath): readonly string[] {
  const options: unknown = isSchema(picklist) ? Reflect.get(picklist, "options") : null;
  const words = Array.isArray(options) ? options.filter((option) => typeof option === "string") : [];
  if (words.length === 0 || !Array.isArray(options) || words.length < options.length)
    throw problem(source, path, "cannot be typed: a picklist must be one of words");
  return words;
}

/** True for a schema of valibot's, whichever copy it comes from. */
export function isSchema(value: unknown): value is v.GenericSchema {
  return typeof value === "object" && value !== null && Reflect.get(value, "kind") === "schema";
}

/** Whether a flag is typed without a value. */
export function isSwitch({ kind, many }: CommandField): boolean {
  return kind === "boolean" && !many;
}

/** The flag that every command of a repository has. */
export const FORMAT: CommandField = {
  name: "format",
  kind: "text",
  words: ["text", "json"],
  many: false,
  required: false,
  description: "How to print, text by default.",
};

/** `staleDays` as it is typed: `--stale-days`. */
export function flagName(name: string): string {
  return `--${name
    .replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter}`)
    .replaceAll("_", "-")
    .toLowerCase()}`;
}

function problem(source: ParseSource, path: JsonPath, message: string): Error {
  return invalid(source, "configuration", path, { message });
}
