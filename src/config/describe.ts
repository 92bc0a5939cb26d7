import type { JsonSchema } from "@valibot/to-json-schema";

type Properties = NonNullable<JsonSchema["properties"]>;
type Definitions = NonNullable<JsonSchema["$defs"]>;

/** Texts by definition and key. */
export type Meanings = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The properties of one definition with what they mean. */
export function describeProperties(name: string, properties: Properties, meanings: Meanings): Properties {
  const texts = meanings[name] ?? {};
  return Object.fromEntries(
    Object.entries(properties).map(([key, property]) => {
      const description = texts[key];
      return [key, description === undefined || typeof property !== "object" ? property : { ...property, description }];
    }),
  );
}

/** Every definition with what its keys mean. */
export function describeDefinitions(definitions: Definitions, meanings: Meanings): Definitions {
  return Object.fromEntries(
    Object.entries(definitions).map(([name, definition]) => {
      if (typeof definition !== "object" || definition.properties === undefined) return [name, definition];
      return [name, { ...definition, properties: describeProperties(name, definition.properties, meanings) }];
    }),
  );
}
