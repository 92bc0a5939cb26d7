import type { RunEvent, StoredRunEvent, WorkerState } from "../../../src/run/events.ts";

/** An event, so many seconds after noon. */
export function at(seconds: number, event: RunEvent): StoredRunEvent {
  const time = new Date(Date.UTC(2026, 10, 20, 12, 0, seconds)).toISOString();
  return { version: 3, timestamp: time, run_mode: "loop", ...event };
}

export const NOON = Date.UTC(2026, 10, 20, 12);

export const selected = (id: string, title = `Title of ${id}`): RunEvent => ({ kind: "task_selected", task_id: id, message: title });

export function phase(id: string, number: 1 | 2, count = 2): RunEvent {
  const name = number === 1 ? "planning" : "implementation";
  const payload = { number, count, iteration: 1, iterations: 1, runner: "claude", model: "opus" };
  return { kind: "phase_entered", task_id: id, phase: name, payload };
}

export function said(id: string, text: string): RunEvent {
  return { kind: "agent_event", task_id: id, phase: "implementation", payload: { type: "text", text } };
}

export function worker(id: string, state: WorkerState, message = `${id}: ${state}.`): RunEvent {
  return { kind: "worker_state", task_id: id, message, payload: { state, branch: `cueloop/${id}`, path: `/w/${id}` } };
}
