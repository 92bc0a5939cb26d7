import type { Clock } from "../../base/clock.ts";
import { commandLine, findByEnvironment, parentsOf, processStart } from "../../base/identity.ts";

/** A process of a run, with what tells it from a later one of the same id. */
export interface RunProcess {
  readonly pid: number;
  readonly start: string | null;
  readonly command: string;
}

export interface Found {
  /** To be ended. */
  readonly ending: readonly RunProcess[];
  /** Asked to be left running, by `CUELOOP_KEEP=1`. */
  readonly kept: readonly RunProcess[];
}

const GRACE_MS = 1500;
const LOOK_EVERY_MS = 50;

/**
 * Processes that carry a run's id in their environment, except ourselves, our ancestors and members of spared groups;
 * with `taskId` only those of that task: in a parallel run the others' are not ours to end.
 */
export function findMarked(runId: string, sparedGroups: ReadonlySet<number>, taskId: string | null = null): Found {
  const spared = new Set([process.pid, ...parentsOf(process.pid)]);
  const found = findByEnvironment("CUELOOP_RUN_ID", runId).filter(
    ({ pid, group, environment }) =>
      !spared.has(pid) && !sparedGroups.has(group) && (taskId === null || environment.get("CUELOOP_TASK_ID") === taskId),
  );
  const shown = (keep: boolean) =>
    found
      .filter(({ environment }) => (environment.get("CUELOOP_KEEP") === "1") === keep)
      .map(({ pid, start }) => ({ pid, start, command: commandLine(pid) }));
  return { ending: shown(false), kept: shown(true) };
}

/** Carries a run's id to its git calls, which are no turn's to end, and to what these start. */
export const GIT_MARK = "CUELOOP_GIT_RUN_ID";

/** What marks the git calls of one worker of a parallel run. */
export function workerGitMark(runId: string, taskId: string): string {
  return `${runId}/${taskId.trim()}`;
}

/** Ends what a worker that is gone left running: its agent, its gate, whatever they started, its git calls. */
export async function endWorkerProcesses(clock: Clock, runId: string, taskId: string): Promise<void> {
  const { ending } = findMarked(runId, new Set(), taskId.trim());
  await endProcesses(clock, [...ending, ...findGit(workerGitMark(runId, taskId))]);
}

/** The git calls of a run, with their hooks. What git left on purpose, an agent for keys or a credential cache, leads a group of its own and is not among them. */
export function findGit(runId: string): RunProcess[] {
  const found = findByEnvironment(GIT_MARK, runId).map(({ pid, start, group }) => ({ pid, start, group, command: commandLine(pid) }));
  const leaders = new Set(found.filter(({ pid, group, command }) => pid === group && command.startsWith("git ")).map(({ group }) => group));
  return found.filter(({ group }) => leaders.has(group));
}

/** Ends processes: SIGINT, and after a moment SIGKILL. One that has gone meanwhile is not confused with its successor. */
export async function endProcesses(clock: Clock, ending: readonly RunProcess[]): Promise<void> {
  if (ending.length === 0) return;
  for (const entry of ending) signal(entry, "SIGINT");
  const until = clock.monotonicMs() + GRACE_MS;
  while (clock.monotonicMs() < until && ending.some(isSame)) await clock.sleep(LOOK_EVERY_MS);
  for (const entry of ending) signal(entry, "SIGKILL");
}

/** `node server.js (pid 4711), a process (pid 4712)`. */
export function describeProcesses(entries: readonly RunProcess[]): string {
  return entries.map(({ command, pid }) => `${command === "" ? "a process" : shorten(command)} (pid ${pid})`).join(", ");
}

function signal(entry: RunProcess, name: "SIGINT" | "SIGKILL"): void {
  if (!isSame(entry)) return;
  try {
    process.kill(entry.pid, name);
  } catch {
    // Gone between the look and the signal.
  }
}

function isSame(entry: RunProcess): boolean {
  const start = processStart(entry.pid);
  return start !== null && start === entry.start;
}

function shorten(command: string): string {
  return command.length > 80 ? `${command.slice(0, 77)}...` : command;
}
