import { parseTimestamp } from "../../base/clock.ts";
import type { BlockingState } from "../../queue/blocking.ts";
import type { StoredRunEvent } from "../../run/events.ts";

/** What the live view shows of a run, folded from its events. Times are milliseconds since the epoch. */
export interface RunView {
  readonly task: TaskView | null;
  readonly gate: GateView | null;
  /** Why nothing happens now, with the time it ends where that is known. */
  readonly waiting: { readonly message: string; readonly until: number | null } | null;
  /** Id of the task that would come next. */
  readonly next: string | null;
  readonly done: number;
  readonly failed: number;
  readonly startedAt: number | null;
}

export interface TaskView {
  readonly id: string;
  readonly title: string;
  readonly phase: string | null;
  readonly phaseNumber: number;
  readonly phaseCount: number;
  readonly iteration: number;
  readonly iterations: number;
  readonly runner: string;
  readonly model: string;
  readonly startedAt: number;
  readonly turn: number;
  readonly maxTurns: number;
  /** Input and output tokens so far. */
  readonly tokens: number;
  readonly cost: number | null;
  /** Last line of the agent, or what the supervisor does now. */
  readonly now: string;
}

export interface GateView {
  readonly display: string;
  /** Null while it runs. */
  readonly passed: boolean | null;
  readonly startedAt: number;
  readonly durationMs: number | null;
}

export const emptyView: RunView = { task: null, gate: null, waiting: null, next: null, done: 0, failed: 0, startedAt: null };

/** The view after one more event. */
export function foldEvent(view: RunView, event: StoredRunEvent): RunView {
  const at = milliseconds(event.timestamp);
  switch (event.kind) {
    case "run_started":
      return { ...view, startedAt: at };
    case "task_selected":
      return { ...view, waiting: null, gate: null, task: newTask(event.task_id, event.message, at) };
    case "config_resolved":
      return withTask(view, { phaseCount: event.payload.phase_count, iterations: event.payload.iterations });
    case "phase_entered":
      return withTask(view, {
        phase: event.phase,
        phaseNumber: event.payload.count === 1 ? 1 : event.payload.number,
        phaseCount: event.payload.count,
        iteration: event.payload.iteration,
        iterations: event.payload.iterations,
        runner: event.payload.runner,
        model: event.payload.model,
        now: "starting the agent",
      });
    case "turn_started":
      return withTask(view, { turn: event.payload.turn, maxTurns: event.payload.max_turns, now: "the agent works" });
    case "turn_finished": {
      const usage = event.payload.usage;
      if (view.task === null || usage === null) return view;
      const cost = usage.cost === null ? view.task.cost : (view.task.cost ?? 0) + usage.cost;
      return withTask(view, { tokens: view.task.tokens + usage.input_tokens + usage.output_tokens, cost });
    }
    case "retry":
      return withTask(view, { now: `trying again in ${Math.round(event.payload.delay_ms / 100) / 10} s: ${event.payload.reason}` });
    case "usage_limit":
      return {
        ...view,
        waiting: { message: event.message, until: event.payload.resets_at === null ? null : milliseconds(event.payload.resets_at) },
      };
    case "gate_started":
      return withTask(
        { ...view, gate: { display: event.payload.display, passed: null, startedAt: at, durationMs: null } },
        { now: "the gate runs" },
      );
    case "gate_finished":
      return withTask(
        {
          ...view,
          gate: { display: event.payload.display, passed: event.payload.passed, startedAt: at, durationMs: event.payload.duration_ms },
        },
        { now: event.payload.passed ? "the gate passed" : "the gate failed" },
      );
    case "commit":
      return withTask(view, { now: "committed" });
    case "task_finished":
      return {
        ...view,
        task: null,
        gate: null,
        done: view.done + (event.payload.outcome === "done" || event.payload.outcome === "rejected" ? 1 : 0),
        failed: view.failed + (event.payload.outcome === "failed" ? 1 : 0),
      };
    case "queue_snapshot":
      return { ...view, next: event.payload.next_runnable_task_id };
    case "blocked_state_changed":
      return { ...view, waiting: { message: event.message, until: endOf(event.payload, view) } };
    case "blocked_state_cleared":
      return { ...view, waiting: null };
    default:
      return view;
  }
}

/** The view with what happens now, which may be the agent's last line. */
export function withNow(view: RunView, line: string): RunView {
  return withTask(view, { now: line });
}

function newTask(id: string, title: string, startedAt: number): TaskView {
  return {
    id,
    title,
    phase: null,
    phaseNumber: 0,
    phaseCount: 0,
    iteration: 1,
    iterations: 1,
    runner: "",
    model: "",
    startedAt,
    turn: 0,
    maxTurns: 0,
    tokens: 0,
    cost: null,
    now: "preparing",
  };
}

function withTask(view: RunView, change: Partial<TaskView>): RunView {
  return view.task === null ? view : { ...view, task: { ...view.task, ...change } };
}

/** When a state ends by itself; the end of a usage limit was told just before. */
function endOf({ reason }: BlockingState, view: RunView): number | null {
  if (reason.kind === "operator_recovery" && reason.reason === "usage_limit") return view.waiting?.until ?? null;
  return reason.kind === "schedule_blocked" && reason.next_runnable_at !== undefined ? milliseconds(reason.next_runnable_at) : null;
}

function milliseconds(timestamp: string): number {
  const parsed = parseTimestamp(timestamp);
  return parsed === null ? 0 : Number(parsed.instant / 1_000_000n);
}
