import * as v from "valibot";
import { CueLoopError } from "../../base/errors.ts";

/** One argument or flag of a command of the repository, as its schema tells. */
export interface Field {
  /** As the schema names it. */
  readonly name: string;
  readonly kind: "text" | "number" | "boolean";
  /** The accepted words; null: any. */
  readonly words: readonly string[] | null;
  readonly many: boolean;
  readonly required: boolean;
  readonly description: string;
}

/** The fields of a schema of valibot's, in their order; none without a schema. Error `command.schema`. */
export function fieldsOf(schema: unknown, what: string): readonly Field[] {
  if (schema === undefined || schema === null) return [];
  const entries = isSchema(schema) ? Reflect.get(schema, "entries") : undefined;
  if (typeof entries !== "object" || entries === null) {
    throw new CueLoopError("command.schema", { message: `${what} must be \`v.object({ … })\`.` });
  }
  return Object.entries(entries).map(([name, entry]) => fieldOf(name, entry, what));
}

const OPTIONAL = ["optional", "exact_optional", "nullish", "nullable", "undefinedable"];

function fieldOf(name: string, entry: unknown, what: string): Field {
  let schema = entry;
  let required = true;
  let description = "";
  for (;;) {
    if (!isSchema(schema)) throw new CueLoopError("command.schema", { message: `\`${name}\` in ${what} is no schema of \`v\`.` });
    description ||= v.getDescription(schema) ?? "";
    if (!OPTIONAL.includes(schema.type)) break;
    required = false;
    schema = Reflect.get(schema, "wrapped");
  }
  const many = schema.type === "array";
  const item: unknown = many ? Reflect.get(schema, "item") : schema;
  const type = isSchema(item) ? item.type : "";
  const options: unknown = type === "picklist" && isSchema(item) ? Reflect.get(item, "options") : null;
  if (!["string", "number", "boolean", "picklist"].includes(type)) {
    throw new CueLoopError("command.schema", {
      message: `\`${name}\` in ${what} cannot be typed: it must be a string, number, boolean or picklist, or an array of them.`,
    });
  }
  return {
    name,
    kind: type === "number" || type === "boolean" ? type : "text",
    words: Array.isArray(options) ? options.map(String) : null,
    many,
    required,
    description,
  };
}

function isSchema(value: unknown): value is v.GenericSchema {
  return typeof value === "object" && value !== null && Reflect.get(value, "kind") === "schema";
}

/** The result of a schema over what was typed; `{}` without one. @throws valibot's error */
export async function checked(schema: unknown, typed: Readonly<Record<string, unknown>>): Promise<unknown> {
  return isSchema(schema) ? v.parseAsync(schema, typed) : {};
}

/** `staleDays` as it is typed: `--stale-days`. */
export function flagName(name: string): string {
  return `--${name
    .replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter}`)
    .replaceAll("_", "-")
    .toLowerCase()}`;
}
