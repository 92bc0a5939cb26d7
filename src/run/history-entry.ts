import { formatTimestamp } from "../base/clock.ts";
import type { RunContext } from "./context.ts";
import { durationOf, type HistoryEntry, historyPhases } from "./history.ts";
import type { Job } from "./job.ts";

/**
 * What the history keeps of a finished task; null where its turns were not all of one runner and model, as only those
 * tell how long that one takes.
 */
export function historyEntry(context: RunContext, job: Job, evidence: string | null): HistoryEntry | null {
  const { runner, model } = job.settings.phases[2];
  if (job.tally.agents.size !== 1) return null;
  const single = job.settings.phaseCount === 1;
  const names = historyPhases(job.settings.phaseCount);
  const timeOf = (name: (typeof names)[number]) => job.tally.durations.get(single ? "implementation" : name) ?? 0;
  const usage = Object.fromEntries([...job.tally.usage].map(([name, value]) => [single ? "planning" : name, value]));
  return {
    timestamp: formatTimestamp(context.clock.now()),
    task_id: job.task.id,
    runner: runner.id,
    model,
    phase_count: job.settings.phaseCount,
    phase_durations: Object.fromEntries(names.map((name) => [name, durationOf(timeOf(name))])),
    total_duration: durationOf(names.reduce((sum, name) => sum + timeOf(name), 0)),
    usage,
    ...(evidence === null ? {} : { evidence }),
    run_id: context.runId,
  };
}
