import { configJsonSchema } from "../../src/config/json-schema.ts";
import { page, table } from "./markdown.ts";
import { type Section, sectionsOf } from "./schema-rows.ts";

const schema = configJsonSchema();

/** Every key of `config.jsonc`. */
export function configPage(): string {
  return page("Configuration", "the schemas in `src/config/`", [
    "`.cueloop/config.jsonc` in a repository, `$XDG_CONFIG_HOME/cueloop/config.jsonc` (or `~/.config/…`) for yourself: JSON with comments and trailing commas. The guide says how they are [merged and trusted](../guide/configuration.md). `cueloop config schema` prints the JSON Schema, also kept as [config.schema.json](schemas/config.schema.json).",
    "Every key may be left out or null. “Needs trust” says that the key in a repository's own file starts programs or gives rights: it acts only after `cueloop config trust init`.",
    ...sectionsOf(schema, schema).flatMap(sectionParts),
  ]);
}

function sectionParts(section: Section): string[] {
  const rows = section.rows.map((row) => [`\`${row.path}\``, row.type, defaultOf(row.path), row.range, row.meaning]);
  return [
    `## ${section.path === "" ? "The file" : section.path}`,
    section.meaning,
    table(["Key", "Type", "Default", "Range", "Meaning"], rows),
  ].filter((part) => part !== "");
}

/** The built-in value of a key; nothing for an object, whose keys have their own. */
function defaultOf(path: string): string {
  const [top = "", ...rest] = path.split(".");
  const property = schema.properties?.[top];
  let value: unknown = typeof property === "object" ? property.default : undefined;
  for (const key of rest) value = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  if (value === undefined || value === null) return "";
  if (typeof value !== "object" || Array.isArray(value)) return `\`${JSON.stringify(value)}\``;
  // An object without keys of its own in the table: a map, or one that is shown elsewhere.
  return /phase[23]$|runners$/.test(path) ? `\`${JSON.stringify(value, (_, inner: unknown) => inner ?? undefined)}\`` : "";
}
