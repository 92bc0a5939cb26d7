/**
 * Start times and costs as ratios against a floor measured in the same run:
 * `bun scripts/bench.ts [--runs N] [group…]`, all groups where none is named. Exits 1 when a ratio is past its limit.
 * Compared are the fastest runs, which other programs on the machine disturbed least; the medians are printed beside.
 */
import { parseArgs } from "node:util";
import { Bench } from "./bench/bench.ts";
import { code } from "./bench/code.ts";
import { manyFiles } from "./bench/many-files.ts";
import { failureOf, print, type Row } from "./bench/row.ts";
import { run } from "./bench/run.ts";
import { starts } from "./bench/starts.ts";
import { workers } from "./bench/workers.ts";

const GROUPS: Readonly<Record<string, (bench: Bench) => Row[] | Promise<Row[]>>> = { starts, run, code, workers, "many-files": manyFiles };

const { values, positionals } = parseArgs({
  args: Bun.argv.slice(2),
  options: { runs: { type: "string", default: "30" } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => GROUPS[name] === undefined);
if (unknown.length > 0) throw new Error(`no group ${unknown.join(", ")}; there are ${Object.keys(GROUPS).join(", ")}`);
const executable = process.env["CUELOOP_BIN"] ?? new URL("../dist/cueloop", import.meta.url).pathname;
using bench = new Bench({ executable, runs: Number(values.runs) });
const rows: Row[] = [];
for (const name of positionals.length === 0 ? Object.keys(GROUPS) : positionals) rows.push(...((await GROUPS[name]?.(bench)) ?? []));
print(rows);
const failures = rows.flatMap((row) => failureOf(row) ?? []);
for (const failure of failures) console.log(failure);
if (failures.length > 0) process.exitCode = 1;
