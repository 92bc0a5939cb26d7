// cueloop script import-csv.ts tasks.csv
import { readFileSync } from "node:fs";
import { openQueue, v } from "cueloop";

/** Rows of a CSV text: cells may be quoted, and then hold commas, line ends and doubled quotes. */
function rows(text: string): string[][] {
  const all: string[][] = [];
  let row: string[] = [];
  let at = 0;
  for (const [cell, quoted, plain = "", end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy)) {
    at += cell.length;
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ",") continue;
    if (row.some((one) => one !== "")) all.push(row);
    row = [];
  }
  if (at < text.length)
    throw new Error(`line ${text.slice(0, at).split("\n").length}: a quote that is not at the ends of a cell, or not closed`);
  return all;
}

const list = (text: string) =>
  text
    .split(";")
    .map((one) => one.trim())
    .filter((one) => one !== "");
const Row = v.strictObject({
  title: v.pipe(v.string(), v.trim(), v.nonEmpty("a title is needed")),
  priority: v.optional(
    v.pipe(
      v.string(),
      v.transform((text) => text || "medium"),
      v.picklist(["critical", "high", "medium", "low"]),
    ),
  ),
  tags: v.optional(v.pipe(v.string(), v.transform(list)), ""),
  scope: v.optional(v.pipe(v.string(), v.transform(list)), ""),
  description: v.optional(v.string()),
});

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("Name a CSV file whose first row is: title,priority,tags,scope,description");
const [header = [], ...body] = rows(readFileSync(file, "utf8").replace(/^\uFEFF/, ""));
const tasks = body.map((cells, index) => {
  const read = v.safeParse(Row, Object.fromEntries(cells.map((cell, column) => [header[column]?.trim() ?? `column ${column + 1}`, cell])));
  if (read.success) return read.output;
  throw new Error(`${file}, task ${index + 1}: ${read.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`).join("; ")}`);
});
const ids = await openQueue().transaction(`import ${file}`, (draft) => tasks.map((task) => draft.add(task).id));
console.log(ids.length === 0 ? "No tasks." : ids.join("\n"));
