import { queueJsonSchema } from "../../src/queue/json-schema.ts";
import { page, table } from "./markdown.ts";
import { sectionsOf } from "./schema-rows.ts";

const schema = queueJsonSchema();

/** Every key of the queue and done files. */
export function queuePage(): string {
  const task = schema.$defs?.["Task"];
  const parts = sectionsOf(typeof task === "object" ? task : {}, schema).flatMap((section) => [
    `## ${section.path === "" ? "A task" : section.path}`,
    ...(section.meaning === "" ? [] : [section.meaning]),
    table(
      ["Key", "Type", "Range", "Required", "Meaning"],
      section.rows.map((row) => [`\`${row.path}\``, row.type, row.range, row.required ? "yes" : "", row.meaning]),
    ),
  ]);
  return page("Queue and done file", "the schemas in `src/queue/`", [
    '`.cueloop/queue.jsonc` and `.cueloop/done.jsonc` have one form: `{ "version": 1, "tasks": [ … ] }`, the tasks in order of execution. Comments are read; a command that changes the file writes it without them. Unknown keys are refused: put your own facts into `custom_fields`.',
    "The JSON Schema is [queue.schema.json](schemas/queue.schema.json). `cueloop queue validate` checks more than it can say: unique ids, known relations, no cycles.",
    ...parts,
  ]);
}
