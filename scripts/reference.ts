/**
 * Writes docs/reference/ from the command classes and the schemas: `bun scripts/reference.ts`,
 * or `--check` to fail when a page is stale.
 */
import { type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import { configJsonSchema } from "../src/config/json-schema.ts";
import { InsertRequest } from "../src/queue/change/request.ts";
import { queueJsonSchema } from "../src/queue/json-schema.ts";
import { PluginManifest } from "../src/runners/plugins/manifest.ts";
import { apiPage } from "./reference/api.ts";
import { commandsPage } from "./reference/commands.ts";
import { configPage } from "./reference/config.ts";
import { eventsPage, runEventSchema } from "./reference/events.ts";
import { queuePage } from "./reference/queue.ts";

const root = new URL("..", import.meta.url).pathname;

/** Generated pages by their path below docs/reference/. */
export function referencePages(): Readonly<Record<string, string>> {
  return {
    "api.md": apiPage(),
    "commands.md": commandsPage(),
    "configuration.md": configPage(),
    "queue.md": queuePage(),
    "events.md": eventsPage(),
  };
}

/** JSON Schemas by their path below docs/reference/. */
export function referenceSchemas(): Readonly<Record<string, JsonSchema>> {
  return {
    "schemas/config.schema.json": configJsonSchema(),
    "schemas/queue.schema.json": queueJsonSchema(),
    "schemas/insert-request.schema.json": { title: "InsertRequest", ...insertSchema() },
    "schemas/plugin.schema.json": { title: "PluginManifest", ...pluginSchema() },
    "schemas/run-event.schema.json": runEventSchema(),
  };
}

/** `task insert` reads it; only `key` and `title` must be there, whatever is made of the others. */
function insertSchema(): JsonSchema {
  return toJsonSchema(InsertRequest, {
    target: "draft-2020-12",
    typeMode: "output",
    errorMode: "ignore",
    overrideSchema({ valibotSchema, jsonSchema }) {
      if (valibotSchema.type === "custom") return { type: "object", additionalProperties: { type: ["string", "number", "boolean"] } };
      return jsonSchema.properties?.["key"] === undefined ? null : { ...jsonSchema, required: ["key", "title"] };
    },
  });
}

function pluginSchema(): JsonSchema {
  return toJsonSchema(PluginManifest, { target: "draft-2020-12", typeMode: "input", errorMode: "ignore" });
}

async function formatted(name: string, schema: JsonSchema): Promise<string> {
  const biome = Bun.spawn([`${root}node_modules/.bin/biome`, "format", `--stdin-file-path=${name}`], {
    cwd: root,
    stdin: new Blob([JSON.stringify(schema)]),
    stdout: "pipe",
    stderr: "inherit",
  });
  const text = await new Response(biome.stdout).text();
  if ((await biome.exited) !== 0) throw new Error(`could not format ${name}`);
  return text;
}

async function main(): Promise<void> {
  const outputs = new Map(Object.entries(referencePages()));
  for (const [name, schema] of Object.entries(referenceSchemas())) outputs.set(name, await formatted(`docs/reference/${name}`, schema));
  const stale: string[] = [];
  for (const [name, text] of outputs) {
    const file = Bun.file(`${root}docs/reference/${name}`);
    if ((await file.exists()) && (await file.text()) === text) continue;
    stale.push(name);
    if (!Bun.argv.includes("--check")) await Bun.write(file, text);
  }
  if (!Bun.argv.includes("--check")) console.log(`${outputs.size} files, ${stale.length} changed`);
  else if (stale.length > 0) {
    console.error(`stale, run \`bun scripts/reference.ts\`:\n${stale.join("\n")}`);
    process.exitCode = 1;
  }
}

if (import.meta.main) await main();
