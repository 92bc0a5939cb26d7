import type { Bench, Measure } from "./bench.ts";
import { compare, type Row } from "./row.ts";
import { fillQueue, taskId } from "./tasks.ts";

/** Starts and queue commands against an empty program. */
export async function starts(bench: Bench): Promise<Row[]> {
  const floor = await bench.emptyProgram();
  const small = queueOf(bench, "small", 5);
  const large = queueOf(bench, "large", 10_000);
  const row = (name: string, cwd: string, args: readonly string[], bounds: Pick<Row, "target" | "limit">) =>
    ratio(bench, name, floor, { argv: [bench.executable, ...args], cwd }, bounds);
  return [
    row("--version", bench.base, ["--version"], { target: 1.1, limit: 1.3 }),
    row("queue list, 5 tasks", small, ["queue", "list"], { target: 2, limit: 3 }),
    row("queue list, 10,000 tasks", large, ["queue", "list", "--quiet"], { target: 15, limit: 25 }),
    row("queue next, 10,000 tasks", large, ["queue", "next"], { target: 15, limit: 25 }),
    row("queue validate, 10,000 tasks", large, ["queue", "validate"], { target: 15, limit: 25 }),
    row("task add, 10,000 tasks", large, ["task", "add", "One more"], { target: 15, limit: 25 }),
  ];
}

/** Runs both in turn, so that a machine that changes its speed changes it for both. */
function ratio(bench: Bench, name: string, floor: Measure, measured: Measure, bounds: Pick<Row, "target" | "limit">): Row {
  const pairs = Array.from({ length: bench.runs + 1 }, () => ({ floor: bench.time(floor), measured: bench.time(measured) })).slice(1);
  const times = compare(
    pairs.map((pair) => pair.measured.ms),
    pairs.map((pair) => pair.floor.ms),
  );
  const megabytes = Math.max(...pairs.map((pair) => pair.measured.bytes)) / 1e6;
  return { name, against: "an empty compiled program", ...times, ...bounds, isFloor: false, megabytes };
}

function queueOf(bench: Bench, name: string, count: number): string {
  const cwd = bench.repository(name);
  fillQueue(cwd, count, (_, index) => ({ scope: ["src"], depends_on: index % 10 === 9 ? [taskId(index - 1)] : [] }));
  return cwd;
}
