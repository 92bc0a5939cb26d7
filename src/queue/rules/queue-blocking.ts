import { formatTimestamp, type Instant } from "../../base/clock.ts";
import type { BlockingState } from "../blocking.ts";
import { futureStart, isCandidate, type SelectionOptions } from "../runnability.ts";
import { kindOfTask, type Task } from "../task.ts";

export interface CandidateCounts {
  readonly candidates: number;
  readonly dependencies: number;
  readonly schedule: number;
  readonly status: number;
}

/** Why nothing is runnable. To be asked only when no candidate is. */
export function queueBlocking(active: readonly Task[], counts: CandidateCounts, options: SelectionOptions): BlockingState {
  const observed = { observed_at: formatTimestamp(options.now) };
  if (counts.candidates === 0) return { ...withoutCandidates(active, options.includeDraft), ...observed };
  const { dependencies, schedule } = counts;
  if (dependencies > 0 && schedule > 0) {
    return {
      status: "blocked",
      reason: { kind: "mixed_queue", dependency_blocked: dependencies, schedule_blocked: schedule, status_filtered: counts.status },
      message: "Nothing can run: some tasks wait for other tasks, some for their start time.",
      detail: `${tasks(dependencies)} with unmet dependencies, ${schedule} scheduled for later. \`cueloop queue explain\` names them.`,
      ...observed,
    };
  }
  if (dependencies > 0) {
    return {
      status: "blocked",
      reason: { kind: "dependency_blocked", blocked_tasks: dependencies },
      message: "Nothing can run: every candidate waits for another task.",
      detail: `${tasks(dependencies)} with unmet dependencies. \`cueloop queue explain\` names what each one waits for.`,
      ...observed,
    };
  }
  if (schedule > 0) return { ...scheduleBlocked(schedule, active, options), ...observed };
  return {
    status: "waiting",
    reason: { kind: "idle", include_draft: options.includeDraft },
    message: "Nothing is there to run.",
    detail: "No candidate may be taken. `cueloop queue explain` gives the reason for each task.",
    ...observed,
  };
}

function withoutCandidates(active: readonly Task[], includeDraft: boolean): BlockingState {
  const items = active.filter((task) => kindOfTask(task) === "work_item");
  const leaf = includeDraft || !items.every((task) => task.status === "draft") ? undefined : firstLeaf(items, active);
  if (leaf !== undefined) {
    return {
      status: "waiting",
      reason: { kind: "idle", include_draft: false },
      task_id: leaf.id,
      message: "Every task is a draft.",
      detail: `Drafts are not run. Make one ready with \`cueloop task ready ${leaf.id.trim()}\`, or include drafts with --include-draft.`,
    };
  }
  return {
    status: "waiting",
    reason: { kind: "idle", include_draft: includeDraft },
    message: "No task is waiting to be run.",
    detail: 'The queue holds no candidate. Add a task with `cueloop task add "…"`, or look at what is there with `cueloop queue list`.',
  };
}

/** The first work item that is nobody's parent. */
function firstLeaf(items: readonly Task[], active: readonly Task[]): Task | undefined {
  const parents = new Set(active.flatMap((task) => (task.parent_id === undefined ? [] : [task.parent_id.trim()])));
  return items.find((task) => !parents.has(task.id.trim())) ?? items[0];
}

function scheduleBlocked(count: number, active: readonly Task[], options: SelectionOptions): BlockingState {
  let earliest: { readonly at: string; readonly start: Instant } | null = null;
  for (const task of active) {
    if (!isCandidate(task, options.includeDraft) || options.exclude?.has(task.id.trim()) === true) continue;
    const start = futureStart(task, options.now);
    if (start === null || task.scheduled_start === undefined) continue;
    if (earliest === null || start < earliest.start) earliest = { at: task.scheduled_start, start };
  }
  return {
    status: "waiting",
    reason: {
      kind: "schedule_blocked",
      blocked_tasks: count,
      ...(earliest === null
        ? {}
        : { next_runnable_at: earliest.at, seconds_until_next_runnable: Number((earliest.start - options.now) / 1_000_000_000n) }),
    },
    message: "Nothing can run yet: every candidate is scheduled for later.",
    detail: `${tasks(count)} scheduled${earliest === null ? "" : `; the first may start at ${earliest.at}`}. \`cueloop queue list --scheduled\` shows them.`,
  };
}

function tasks(count: number): string {
  return count === 1 ? "1 task" : `${count} tasks`;
}
