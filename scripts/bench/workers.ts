import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import type { Bench } from "./bench.ts";
import type { Row } from "./row.ts";
import { fillQueue, startLoop, useAgent } from "./tasks.ts";

/** Tasks by number of workers: few workers have fewer to do, or they would take minutes. */
const SIZES = [
  { workers: 1, tasks: 4 },
  { workers: 2, tasks: 8 },
  { workers: 4, tasks: 16 },
  { workers: 8, tasks: 32 },
] as const;
const TASK_SECONDS = 2;
/**
 * Of the coordinator's CPU for a task, in starts of an empty program (3.5 ms): eight workers bring it four such tasks in a
 * second, and its one thread is then busy for a third of the time. Above that results begin to wait for it.
 */
const MOST_STARTS = 25;

const AGENT = `sleep ${TASK_SECONDS}\necho work > "$(basename "$PWD").txt"\n`;

/** Tasks that take two seconds each, with a gate that passes, against the time their agents alone need. */
export async function workers(bench: Bench): Promise<Row[]> {
  const floor = await bench.emptyProgram();
  const start = Math.min(...Array.from({ length: 10 }, () => bench.time(floor).ms));
  const rows: Row[] = [];
  for (const { workers: count, tasks } of SIZES) {
    const { ms, cpuMs } = await worked(bench, count, tasks);
    const ideal = (TASK_SECONDS * 1000 * tasks) / count;
    const name = `${tasks} tasks of ${TASK_SECONDS} s, ${count} worker${count === 1 ? "" : "s"}`;
    rows.push({
      name,
      against: `the ideal ${ideal / 1000} s, as its share, on ${cpus().length} cores`,
      ms,
      ratio: ideal / ms,
      usual: null,
      target: 0.85,
      limit: 0.7,
      isFloor: true,
      megabytes: null,
    });
    if (count === 8 && cpuMs !== null) {
      rows.push({
        name: "CPU of the coordinator for each of them",
        against: "an empty compiled program",
        ms: cpuMs / tasks,
        ratio: cpuMs / tasks / start,
        usual: null,
        target: 12,
        limit: MOST_STARTS,
        isFloor: false,
        megabytes: null,
      });
    }
  }
  return rows;
}

async function worked(bench: Bench, count: number, tasks: number): Promise<{ readonly ms: number; readonly cpuMs: number | null }> {
  const cwd = bench.repository(`workers-${count}`);
  fillQueue(cwd, tasks, (id) => ({ scope: [`${id}.txt`] }));
  useAgent(bench, cwd, AGENT, { ci_gate: { enabled: true, argv: ["true"] } });
  const from = performance.now();
  const { child, said } = startLoop(bench, cwd, count);
  let cpuMs: number | null = null;
  const watch = setInterval(() => {
    cpuMs = ownCpu(child.pid) ?? cpuMs;
  }, 20);
  const code = await child.exited;
  const ms = performance.now() - from;
  clearInterval(watch);
  const landed = Bun.spawnSync(["git", "log", "--format=%s"], { cwd, env: bench.env }).stdout.toString();
  const commits = landed.split("\n").filter((line) => /^RQ-\d+:/.test(line)).length;
  if (code !== 0 || commits !== tasks) {
    throw new Error(`${commits} of ${tasks} tasks landed, exit ${code}: ${await said}`);
  }
  return { ms, cpuMs };
}

const TICKS_PER_SECOND = 100;

/** CPU time of a process without its children in milliseconds; null where the system does not tell. */
function ownCpu(pid: number): number | null {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return null;
  try {
    const fields = readFileSync(path, "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
    const ticks = Number(fields[11]) + Number(fields[12]);
    return ticks === 0 ? null : (ticks * 1000) / TICKS_PER_SECOND;
  } catch {
    return null;
  }
}
