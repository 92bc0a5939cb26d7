import type { RunContext } from "../context.ts";
import { describeProcesses, endProcesses, findMarked } from "./marked.ts";

/**
 * Ends what a turn left running outside its process group: processes that carry this
 * run's id in their environment and belong to none of its live groups. A process with
 * `CUELOOP_KEEP=1` stays. Says what was ended and what was kept.
 */
export async function endDetached(context: RunContext, taskId: string | null): Promise<void> {
  const { ending, kept } = findMarked(context.runId, new Set(context.processes.children.map((child) => child.pgid)), taskId);
  const task = taskId === null ? {} : { task_id: taskId };
  await endProcesses(context.clock, ending);
  if (ending.length > 0) {
    context.emit({
      kind: "processes_ended",
      ...task,
      message: `Ended what the agent left running: ${describeProcesses(ending)}.`,
      payload: { ended: ending.map((entry) => entry.pid), kept: kept.map((entry) => entry.pid) },
    });
  }
  const unsaid = kept.filter((entry) => !context.keptProcesses.has(entry.pid));
  if (unsaid.length === 0) return;
  for (const entry of unsaid) context.keptProcesses.add(entry.pid);
  context.emit({ kind: "message", ...task, message: `Left running, as asked by CUELOOP_KEEP: ${describeProcesses(unsaid)}.` });
}
