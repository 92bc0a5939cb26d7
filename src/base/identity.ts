import { readdirSync, readFileSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { errnoOf } from "./errors.ts";

const MAX_PID = 2 ** 31 - 1;
const MAX_ANCESTORS = 1000;

/** `unknown` covers a process of another user and a number that names no single process: never treat it as dead. */
export type Liveness = "running" | "dead" | "unknown";

/** Whether a process with this id exists now. A zombie, and a number no process can have, is dead. */
export function processLiveness(pid: number): Liveness {
  if (!Number.isInteger(pid) || pid <= 0) return "unknown";
  if (pid > MAX_PID) return "dead";
  try {
    process.kill(pid, 0);
  } catch (error) {
    return errnoOf(error) === "ESRCH" ? "dead" : "unknown";
  }
  const state = process.platform === "linux" ? (readStat(pid)?.state ?? null) : null;
  return state === "Z" || state === "X" ? "dead" : "running";
}

/**
 * When a process started, in digits: clock ticks since boot on Linux, seconds since the epoch elsewhere.
 * With the pid and the boot id it names one process for good. Null when there is no such process.
 */
export function processStart(pid: number): string | null {
  if (!Number.isInteger(pid) || pid <= 0 || pid > MAX_PID) return null;
  if (process.platform === "linux") return readStat(pid)?.start ?? null;
  const started = Date.parse(`${ask(["ps", "-o", "lstart=", "-p", String(pid)])} UTC`);
  return Number.isNaN(started) ? null : String(started / 1000);
}

/** Whether the process that had this id and this start is surely gone; a start of `0` is not known. */
export function hasEnded(pid: number, start: string): boolean {
  const liveness = processLiveness(pid);
  if (liveness !== "running") return liveness === "dead";
  const now = processStart(pid);
  return start !== "0" && now !== null && now !== start;
}

export function hostName(): string {
  return hostname();
}

/** The kernel's id of this boot, null where the platform has none. */
export function bootId(): string | null {
  if (process.platform === "linux") return readOrNull("/proc/sys/kernel/random/boot_id")?.trim() || null;
  if (process.platform === "darwin") return ask(["sysctl", "-n", "kern.bootsessionuuid"]) || null;
  return null;
}

/** Inode number of this process's pid namespace; null outside Linux. */
export function pidNamespace(): string | null {
  if (process.platform !== "linux") return null;
  try {
    return statSync("/proc/self/ns/pid", { bigint: true }).ino.toString();
  } catch {
    return null;
  }
}

/** Ids of the ancestors of a process, nearest first, as far as they can be seen. */
export function parentsOf(pid: number): number[] {
  const parentOf = process.platform === "linux" ? (child: number) => readStat(child)?.parent ?? null : parentTable();
  const parents: number[] = [];
  let current = parentOf(pid);
  while (current !== null && current > 0 && parents.length < MAX_ANCESTORS && !parents.includes(current)) {
    parents.push(current);
    current = parentOf(current);
  }
  return parents;
}

/** A process found by what its environment says. */
export interface MarkedProcess {
  readonly pid: number;
  readonly start: string | null;
  /** Id of its process group. */
  readonly group: number;
  /** Its variables as they were when its program started. */
  readonly environment: ReadonlyMap<string, string>;
}

/**
 * Processes of our own user whose environment holds `name` with exactly `value`.
 * Only Linux shows environments; elsewhere, and for processes that hide theirs, nothing is found.
 */
export function findByEnvironment(name: string, value: string): MarkedProcess[] {
  if (process.platform !== "linux") return [];
  const found: MarkedProcess[] = [];
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const pid = Number(entry);
    const text = ownEnvironment(pid);
    if (text === null || !`\0${text}\0`.includes(`\0${name}=${value}\0`)) continue;
    const environment = parseEnvironment(text);
    const stat = readStat(pid);
    if (stat !== null && environment.get(name) === value) found.push({ pid, start: stat.start, group: stat.group, environment });
  }
  return found;
}

/** A process's command line, arguments joined with blanks; empty where the system does not show it. */
export function commandLine(pid: number): string {
  const text = process.platform === "linux" ? readOrNull(`/proc/${pid}/cmdline`) : ask(["ps", "-o", "command=", "-p", String(pid)]);
  return (text ?? "")
    .split("\0")
    .filter((part) => part !== "")
    .join(" ");
}

function ownEnvironment(pid: number): string | null {
  try {
    if (statSync(`/proc/${pid}`).uid !== process.getuid?.()) return null;
  } catch {
    return null;
  }
  return readOrNull(`/proc/${pid}/environ`);
}

function parseEnvironment(text: string): Map<string, string> {
  const environment = new Map<string, string>();
  for (const entry of text.split("\0")) {
    const equals = entry.indexOf("=");
    const name = entry.slice(0, equals);
    if (equals > 0 && !environment.has(name)) environment.set(name, entry.slice(equals + 1));
  }
  return environment;
}

interface ProcessStat {
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly start: string;
}

function readStat(pid: number): ProcessStat | null {
  const text = readOrNull(`/proc/${pid}/stat`);
  if (text === null) return null;
  // The second field is the program's name in parentheses and may hold blanks and parentheses itself.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, parent, group] = fields;
  const start = fields[19];
  if (state === undefined || parent === undefined || group === undefined || start === undefined) return null;
  return { state, parent: Number(parent), group: Number(group), start };
}

function parentTable(): (pid: number) => number | null {
  const parents = new Map<number, number>();
  for (const line of ask(["ps", "-A", "-o", "pid=,ppid="]).split("\n")) {
    const [pid, parent] = line.trim().split(/\s+/).map(Number);
    if (pid !== undefined && parent !== undefined) parents.set(pid, parent);
  }
  return (pid) => parents.get(pid) ?? null;
}

/** Trimmed output of a system tool, empty when it fails. */
function ask(argv: string[]): string {
  try {
    const child = Bun.spawnSync(argv, { env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C", TZ: "UTC" }, stderr: "ignore" });
    return child.success ? child.stdout.toString().trim() : "";
  } catch {
    return "";
  }
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
