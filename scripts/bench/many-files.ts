import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Bench, write } from "./bench.ts";
import { compare, type Row } from "./row.ts";
import { fillQueue, startLoop, useAgent } from "./tasks.ts";

const FILES = 20_000;
const FILES_PER_DIRECTORY = 50;
const TRIES = 3;

/** Until the agents of a parallel run begin in a repository of many files, against a clone of it. */
export function manyFiles(bench: Bench): Promise<Row[]> {
  return measured(bench, repository(bench));
}

async function measured(bench: Bench, cwd: string): Promise<Row[]> {
  const counts = [1, 4, 8] as const;
  const clones: number[] = [];
  const begun = counts.map((): number[] => []);
  const all: number[] = [];
  for (let turn = 0; turn < TRIES; turn += 1) {
    clones.push(clone(bench, cwd, turn));
    for (const [index, count] of counts.entries()) {
      const times = await untilBegun(bench, cwd, count);
      begun[index]?.push(Math.min(...times));
      if (count === 8) all.push(Math.max(...times));
    }
  }
  const rest = { isFloor: false, megabytes: null } as const;
  return [
    ...counts.map((count, index) => ({
      name: `first agent of ${count}, ${FILES.toLocaleString("en")} files`,
      against: "git clone --no-local",
      ...compare(begun[index] ?? [], clones),
      target: 1.5,
      // With several, the next worktrees are being filled while the first agent is started.
      limit: count === 1 ? 2.5 : 4,
      ...rest,
    })),
    {
      name: `last agent of 8, ${FILES.toLocaleString("en")} files`,
      against: "8 times git clone --no-local",
      ...compare(
        all,
        clones.map((ms) => 8 * ms),
      ),
      target: 1,
      limit: 1.5,
      ...rest,
    },
  ];
}

function clone(bench: Bench, cwd: string, turn: number): number {
  const copy = join(bench.base, `clone-${turn}`);
  const { ms } = bench.time({ argv: ["git", "clone", "--quiet", "--no-local", cwd, copy], cwd: bench.base });
  rmSync(copy, { recursive: true });
  return ms;
}

/** Starts a run and ends it as soon as every agent has begun; milliseconds from its start to the first byte of each. */
async function untilBegun(bench: Bench, cwd: string, count: number): Promise<number[]> {
  const marks = join(bench.base, "marks");
  rmSync(marks, { recursive: true, force: true });
  write(marks, "expected", String(count));
  const from = Date.now();
  const { child, said } = startLoop(bench, cwd, count, ["--max-tasks", String(count)]);
  const code = await child.exited;
  const times = readdirSync(marks)
    .filter((name) => name !== "expected")
    .map((name) => Number(readFileSync(join(marks, name), "utf8")) / 1e6 - from);
  if (code !== 0 || times.length !== count) throw new Error(`${times.length} of ${count} agents began, exit ${code}: ${await said}`);
  return times;
}

function repository(bench: Bench): string {
  const cwd = bench.repository("many-files");
  for (let index = 0; index < FILES; index += 1) {
    const directory = `src/${String(Math.floor(index / FILES_PER_DIRECTORY)).padStart(3, "0")}`;
    write(cwd, `${directory}/file-${index}.ts`, `export const value${index} = ${index};\n`.repeat(1 + (index % 40)));
  }
  fillQueue(cwd, 60, (id) => ({ scope: [`${id}.txt`] }));
  const marks = join(bench.base, "marks");
  // No agent ends before all have begun: what follows takes no time from those that begin.
  const agent = [
    `date +%s%N > "${marks}/$(basename "$PWD")"`,
    `while [ "$(ls "${marks}" | wc -l)" -le "$(cat "${marks}/expected")" ]; do sleep 0.05; done`,
    "",
  ].join("\n");
  useAgent(bench, cwd, agent);
  bench.git(cwd, "repack", "-a", "-d", "--quiet");
  if (!existsSync(join(cwd, ".git/objects/pack"))) throw new Error("nothing was packed");
  return cwd;
}
