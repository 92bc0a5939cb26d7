import { messageOf } from "../base/errors.ts";
import type { BlockingState } from "../queue/blocking.ts";
import type { Task } from "../queue/task.ts";
import { blockingStateOf } from "./blocking.ts";
import type { RunContext } from "./context.ts";
import type { RunEventOf } from "./events.ts";
import type { PublishMode } from "./options.ts";
import { phasesOf } from "./phases/shape.ts";
import type { TaskSettings } from "./settings/task-settings.ts";

/** The first event of a run. */
export function announceStart(context: RunContext, id: string | null): void {
  const command = context.mode === "one" ? "run one" : "run loop";
  context.emit({
    kind: "run_started",
    ...(id === null ? {} : { task_id: id }),
    payload: { run_id: context.runId, command, pid: process.pid },
  });
}

/** What a task will be worked with. */
export function announceSettings(context: RunContext, task: Task, settings: TaskSettings, publishMode: PublishMode): void {
  for (const message of settings.warnings) {
    if (context.warnedOf.has(message)) continue;
    context.warnedOf.add(message);
    context.emit({ kind: "warning", task_id: task.id, message });
  }
  const phases = phasesOf(settings.phaseCount).map((step) => {
    const { runner, model, effort } = settings.phases[step.number];
    return { phase: step.name, runner: runner.id, model, ...(effort === null ? {} : { effort }) };
  });
  context.emit({
    kind: "config_resolved",
    task_id: task.id,
    payload: {
      phases,
      phase_count: settings.phaseCount,
      iterations: settings.iterations,
      gate: context.gate.enabled ? context.gate.display : null,
      publish_mode: publishMode,
    },
  });
}

/** The event that ends a task's attempt; a failure comes with its error. */
export function announceTaskEnd(context: RunContext, task: Task, payload: RunEventOf<"task_finished">["payload"], failure?: unknown): void {
  const failed = failure === undefined ? { exit_code: 0 } : { exit_code: 1, message: context.redact(messageOf(failure)) };
  context.emit({ kind: "task_finished", task_id: task.id, ...failed, payload });
}

/** Why no work happens; `exitCode` when that ends the run with a failure. */
export function announceBlocked(context: RunContext, state: BlockingState, exitCode: number | null): void {
  context.emit({
    kind: "blocked_state_changed",
    ...(state.task_id === undefined ? {} : { task_id: state.task_id }),
    message: state.message,
    ...(exitCode === null ? {} : { exit_code: exitCode }),
    payload: state,
  });
}

export interface RunTotals {
  readonly attempted: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Monotonic milliseconds at the start. */
  readonly from: number;
}

/** The last event of a run. */
export function announceEnd(
  context: RunContext,
  end: RunTotals & { readonly exitCode: number; readonly outcome: RunEventOf<"run_finished">["payload"]["outcome"] },
): void {
  const { attempted, succeeded, failed } = end;
  const duration = Math.round(context.clock.monotonicMs() - end.from);
  context.emit({
    kind: "run_finished",
    exit_code: end.exitCode,
    payload: { outcome: end.outcome, attempted, succeeded, failed, duration_ms: duration },
  });
}

/** The last events of a run that an error ended. */
export function announceFailure(context: RunContext, error: unknown, totals: RunTotals): void {
  const state = blockingStateOf(context, error);
  if (state !== null) announceBlocked(context, state, 1);
  context.emit({ kind: "warning", message: context.redact(messageOf(error)), exit_code: 1 });
  announceEnd(context, { ...totals, exitCode: 1, outcome: state === null ? "failed" : "stalled" });
}
