import { readdirSync, readFileSync } from "node:fs";
import { parentsOf, processStart } from "../../base/identity.ts";
import type { RunContext } from "../context.ts";

interface Found {
  readonly pid: number;
  readonly start: string | null;
  readonly command: string;
  readonly keep: boolean;
}

const GRACE_MS = 1500;
const LOOK_EVERY_MS = 50;

/**
 * Ends what a turn left running outside its process group: processes that carry this
 * run's id in their environment and belong to none of its live groups. A process with
 * `CUELOOP_KEEP=1` stays. Says what was ended and what was kept.
 */
export async function endDetached(context: RunContext, taskId: string | null): Promise<void> {
  const found = findDetached(context);
  const ending = found.filter((entry) => !entry.keep);
  const kept = found.filter((entry) => entry.keep);
  for (const entry of ending) signal(entry, "SIGINT");
  if (ending.length > 0) await waitUntilGone(context, ending);
  for (const entry of ending) signal(entry, "SIGKILL");
  if (ending.length > 0) {
    context.emit({
      kind: "processes_ended",
      ...(taskId === null ? {} : { task_id: taskId }),
      message: `Ended what the agent left running: ${describe(ending)}.`,
      payload: { ended: ending.map((entry) => entry.pid), kept: kept.map((entry) => entry.pid) },
    });
  }
  const unsaid = kept.filter((entry) => !context.keptProcesses.has(entry.pid));
  if (unsaid.length > 0) {
    for (const entry of unsaid) context.keptProcesses.add(entry.pid);
    context.emit({
      kind: "message",
      ...(taskId === null ? {} : { task_id: taskId }),
      message: `Left running, as asked by CUELOOP_KEEP: ${describe(unsaid)}.`,
    });
  }
}

async function waitUntilGone(context: RunContext, ending: readonly Found[]): Promise<void> {
  const until = context.clock.monotonicMs() + GRACE_MS;
  while (context.clock.monotonicMs() < until && ending.some(isSame)) await context.clock.sleep(LOOK_EVERY_MS);
}

function signal(entry: Found, name: "SIGINT" | "SIGKILL"): void {
  if (!isSame(entry)) return;
  try {
    process.kill(entry.pid, name);
  } catch {
    // Gone between the look and the signal.
  }
}

function isSame(entry: Found): boolean {
  const start = processStart(entry.pid);
  return start !== null && start === entry.start;
}

function findDetached(context: RunContext): Found[] {
  const groups = new Set(context.processes.children.map((child) => child.pgid));
  const spared = new Set([process.pid, ...parentsOf(process.pid)]);
  const mark = `CUELOOP_RUN_ID=${context.runId}`;
  const found: Found[] = [];
  for (const pid of pids()) {
    if (spared.has(pid)) continue;
    const environment = read(`/proc/${pid}/environ`)?.split("\0");
    if (environment === undefined || !environment.includes(mark)) continue;
    const stat = read(`/proc/${pid}/stat`);
    if (stat === null || isZombie(stat) || groups.has(groupOf(stat))) continue;
    const command = (read(`/proc/${pid}/cmdline`) ?? "")
      .split("\0")
      .filter((part) => part !== "")
      .join(" ");
    found.push({ pid, start: processStart(pid), command, keep: environment.includes("CUELOOP_KEEP=1") });
  }
  return found;
}

/** Empty where there is no `/proc`: what cannot be seen is left alone. */
function pids(): number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function afterName(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function isZombie(stat: string): boolean {
  return afterName(stat)[0] === "Z";
}

function groupOf(stat: string): number {
  return Number(afterName(stat)[2]);
}

function describe(entries: readonly Found[]): string {
  return entries.map((entry) => `${entry.command === "" ? "a process" : shorten(entry.command)} (pid ${entry.pid})`).join(", ");
}

function shorten(command: string): string {
  return command.length > 80 ? `${command.slice(0, 77)}...` : command;
}
