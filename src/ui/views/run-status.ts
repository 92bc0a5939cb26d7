import type { WorkerRecord } from "../../parallel/state/record.ts";
import type { RunStatus, TaskInProgress } from "../../run/status.ts";
import { dim, paint } from "../colour.ts";
import { sanitiseLine } from "../sanitise.ts";
import { workerLines } from "../worker-mark.ts";

/**
 * `run status` for people: what runs or was interrupted, what a start would do with it, what is next.
 * @param workers records of the tasks that parallel workers have in hand
 */
export function runStatusLines(status: RunStatus, workers: ReadonlyMap<string, WorkerRecord>, color: boolean): string[] {
  const lines: string[] = [];
  if (status.run !== null) {
    lines.push(`\`cueloop ${status.run.label}\` runs (pid ${status.run.pid}) since ${moment(status.run.started_at)}.`);
    if (status.tasks.length === 0 && workers.size === 0) lines.push("It is between tasks.");
  }
  for (const task of status.tasks) lines.push("", ...taskLines(task, status.state === "running", color));
  lines.push(...workerLines(workers, color));
  if (status.resume !== null) lines.push("", sanitiseLine(status.resume.message), dim(`  ${sanitiseLine(status.resume.detail)}`, color));
  else if (status.state === "idle") lines.push("Nothing runs, and nothing was interrupted.");
  lines.push(
    "",
    status.next === null
      ? "Nothing is next: `cueloop queue explain` says why."
      : `Next: ${status.next.id}  ${sanitiseLine(status.next.title)}`,
  );
  return lines;
}

function taskLines(task: TaskInProgress, live: boolean, color: boolean): string[] {
  const iteration = task.iteration > 1 ? `, iteration ${task.iteration}` : "";
  const agent = task.agent_pid === null ? "" : `, agent pid ${task.agent_pid}`;
  return [
    paint("bold", `${task.id}  ${sanitiseLine(task.title)}`, color),
    `  ${live ? "in" : "interrupted in"} its ${task.phase}${iteration}, with ${sanitiseLine(task.runner)} ${sanitiseLine(task.model)}${agent}`,
    `  begun ${moment(task.started_at)}, last activity ${moment(task.last_activity_at)}`,
  ];
}

function moment(timestamp: string): string {
  return `${timestamp.slice(0, 19).replace("T", " ")} UTC`;
}
