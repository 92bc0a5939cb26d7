import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { RunEvent } from "../../../src/run/events.ts";
import { isRecord, statuses } from "../books.ts";
import type { Finished } from "../repository.ts";
import { lines, type Workshop } from "./workshop.ts";

/** What a person would look at after a run. */
export interface Aftermath {
  readonly code: number;
  /** Tasks of both files, as `RQ-0001 doing`; `unreadable` for a file that is no JSON. */
  readonly active: readonly string[];
  readonly done: readonly string[];
  /** `git status --porcelain`, and the subjects of the commits, newest first. */
  readonly tree: readonly string[];
  readonly commits: readonly string[];
  /** How often the agent was called. */
  readonly calls: number;
  /** Whether a session is kept, to go on from. */
  readonly session: boolean;
  /** What must never be left: the lock, registry files, temporary files, processes of the run. */
  readonly remains: readonly string[];
}

/** Longest time for processes that were killed to be gone. */
const DEATH_MS = 5000;

export async function aftermathOf(shop: Workshop, { code }: Pick<Finished, "code">): Promise<Aftermath> {
  return {
    code,
    active: tasksIn(() => shop.active()),
    done: tasksIn(() => shop.done()),
    tree: shop.git("status", "--porcelain").split("\n").filter(Boolean),
    commits: shop.git("log", "--format=%s").split("\n").filter(Boolean),
    calls: shop.calls().length,
    session: shop.has(".cueloop/cache/session.jsonc"),
    remains: [...filesLeft(shop), ...(await processesLeft(shop))],
  };
}

function tasksIn(read: () => unknown[]): string[] {
  try {
    return statuses(read());
  } catch {
    return ["unreadable"];
  }
}

/** Every event in the log of the newest run, all of them of kinds that are known. */
export function eventsOf(shop: Workshop): RunEvent[] {
  const newest = runIds(shop).at(-1);
  if (newest === undefined) throw new Error("no run log");
  return lines(shop.path(`.cueloop/logs/runs/${newest}.ndjson`)).map((line) => {
    const stored: unknown = JSON.parse(line);
    if (!isRecord(stored)) throw new Error(`no event: ${line}`);
    const { version: _version, timestamp: _timestamp, run_mode: _mode, ...event } = stored;
    return v.parse(RunEvent, event);
  });
}

function runIds(shop: Workshop): string[] {
  return readdirSync(shop.path(".cueloop/logs/runs"))
    .map((name) => name.replace(/\.ndjson$/, ""))
    .sort();
}

function filesLeft(shop: Workshop): string[] {
  const registry = shop.path(".cueloop/cache/processes");
  const registered = existsSync(registry) ? readdirSync(registry) : [];
  const temporary = readdirSync(shop.path(".cueloop"), { recursive: true, encoding: "utf8" }).filter((name) => name.includes(".tmp-"));
  return [...(shop.has(".cueloop/lock") ? [".cueloop/lock"] : []), ...registered, ...temporary];
}

async function processesLeft(shop: Workshop): Promise<string[]> {
  const end = performance.now() + DEATH_MS;
  for (;;) {
    const left = runIds(shop).flatMap(processesOf);
    if (left.length === 0 || performance.now() > end) return left;
    await Bun.sleep(5);
  }
}

/** The processes, with their command lines, that carry a run's id in their environment; none where there is no /proc. */
function processesOf(runId: string): string[] {
  if (!existsSync("/proc/self/environ")) return [];
  const mark = `CUELOOP_RUN_ID=${runId}`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && fileOf(name, "environ").split("\0").includes(mark))
    .map((pid) => `${pid} ${fileOf(pid, "cmdline").replaceAll("\0", " ").trim()}`);
}

/** Empty for a process that is gone or somebody else's. */
function fileOf(pid: string, name: string): string {
  try {
    return readFileSync(join("/proc", pid, name), "utf8");
  } catch {
    return "";
  }
}
