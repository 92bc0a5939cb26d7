import type { JsonSchema } from "@valibot/to-json-schema";

type Property = NonNullable<JsonSchema["properties"]>[string];

/** One key of a document. */
export interface Row {
  /** As written in the document, `agent.ci_gate.argv`. */
  readonly path: string;
  readonly type: string;
  readonly range: string;
  readonly meaning: string;
  readonly required: boolean;
}

/** The keys of one object, those of an object in it in a section of their own. */
export interface Section {
  /** Path of the object; empty for the document itself. */
  readonly path: string;
  readonly meaning: string;
  readonly rows: readonly Row[];
}

/** Every key below a schema; a definition that was shown before is referred to. */
export function sectionsOf(schema: JsonSchema, root: JsonSchema, path = "", shown = new Map<string, string>(), meaning = ""): Section[] {
  const inner: Section[] = [];
  const rows = Object.entries(schema.properties ?? {}).map(([key, property]) => {
    const place = path === "" ? key : `${path}.${key}`;
    const text = describe(property);
    const found = objectBehind(property, root);
    const type = typeOf(property, root, { shown });
    if (found !== null && !shown.has(found.name)) {
      const home = found.isMap ? `${place}.<name>` : place;
      shown.set(found.name, home);
      inner.push(...sectionsOf(found.schema, root, home, shown, text));
    }
    return { path: place, type, range: rangeOf(property), meaning: text, required: schema.required?.includes(key) === true };
  });
  return [{ path, meaning, rows }, ...inner];
}

export interface TypeOptions {
  /** Definitions shown before, with their places. */
  readonly shown?: ReadonlyMap<string, string>;
  /** Whether null is named, where it is allowed. */
  readonly nullable?: boolean;
}

/** The type of a value in words; alternatives are divided by `or`. */
export function typeOf(property: Property, root: JsonSchema, options: TypeOptions = {}): string {
  const schema = resolve(property, root);
  const name = referenced(property);
  const before = name === null ? undefined : options.shown?.get(name);
  if (before !== undefined) return `object, like \`${before}\``;
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(", ");
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives !== undefined) {
    const texts = alternatives.filter((one) => !isNull(one)).map((one) => typeOf(one, root, options));
    if (options.nullable === true && alternatives.some(isNull)) texts.push("null");
    return [...new Set(texts)].filter((text) => text !== "").join(" or ") || "any";
  }
  const types = [schema.type ?? []].flat();
  if (types.includes("array")) {
    const items = schema.items;
    return items === undefined || Array.isArray(items) ? "list" : `list of ${typeOf(items, root, options)}`;
  }
  if (types.includes("object") && schema.additionalProperties !== undefined && schema.additionalProperties !== false) {
    return `by name: ${typeOf(schema.additionalProperties, root, options)}`;
  }
  return types.map((type) => (type === "string" ? "text" : type)).join(" or ") || "any";
}

interface Found {
  readonly name: string;
  readonly schema: JsonSchema;
  /** The property holds any number of them, by name. */
  readonly isMap: boolean;
}

/** The object a property holds, with the name it is remembered by; null for any other value. */
function objectBehind(property: Property, root: JsonSchema): Found | null {
  const [only, ...others] = typeof property === "object" ? (property.anyOf ?? [property]).filter((one) => !isNull(one)) : [];
  if (typeof only !== "object" || others.length > 0) return null;
  const inMap = only.additionalProperties;
  const isMap = typeof inMap === "object";
  const name = referenced(isMap ? inMap : only);
  const schema = resolve(isMap ? inMap : only, root);
  return name !== null && schema.properties !== undefined ? { name, schema, isMap } : null;
}

function rangeOf(property: Property): string {
  if (typeof property !== "object") return "";
  const [only] = (property.anyOf ?? [property]).filter((one) => !isNull(one));
  if (typeof only !== "object") return "";
  const { minimum, maximum } = only;
  if (minimum === undefined) return "";
  if (maximum === undefined || maximum >= 4_294_967_295) return `at least ${minimum}`;
  return minimum === maximum ? `${minimum}` : `${minimum} to ${maximum}`;
}

function describe(property: Property): string {
  return typeof property === "object" ? (property.description ?? "") : "";
}

function resolve(property: Property, root: JsonSchema): JsonSchema {
  if (typeof property !== "object") return {};
  const name = referenced(property);
  const found = name === null ? property : root.$defs?.[name];
  return typeof found === "object" ? found : {};
}

function referenced(property: Property): string | null {
  return typeof property === "object" && property.$ref !== undefined ? property.$ref.slice("#/$defs/".length) : null;
}

function isNull(property: Property): boolean {
  return typeof property === "object" && property.type === "null";
}

function code(value: unknown): string {
  return `\`${String(value)}\``;
}
