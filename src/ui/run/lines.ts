import type { RunEvent, WorkerState } from "../../run/events.ts";
import { displayLines } from "../../runners/display.ts";
import type { RunnerEvent } from "../../runners/event.ts";
import { dim, paint, type Style } from "../colour.ts";
import { sanitiseLine } from "../sanitise.ts";
import { elapsed } from "./footer.ts";

export interface LineOptions {
  readonly color: boolean;
  /** Lines of a failed gate's output that are shown. */
  readonly gateLines: number;
  /** Root of the repository; paths below it are shown without it. */
  readonly root: string;
}

const STATE_TINTS: Partial<Record<WorkerState, Style>> = {
  landed: "green",
  held: "green",
  rejected: "yellow",
  waiting_checkout: "yellow",
  blocked: "red",
  failed: "red",
};

/** The lines one event adds to what a person reads, oldest first; none for events that only move figures. */
export function eventLines(event: RunEvent, options: LineOptions): string[] {
  const { color } = options;
  switch (event.kind) {
    case "task_selected":
      return ["", paint("bold", `${event.task_id}  ${sanitiseLine(event.message)}`, color)];
    case "resume_decision":
      return decisionLines(event.payload, color);
    case "phase_entered": {
      const { number, count, iteration, iterations, runner, model, effort } = event.payload;
      const place = count > 1 ? ` ${number}/${count}` : "";
      const round = iterations > 1 ? `, iteration ${iteration}/${iterations}` : "";
      const how = [sanitiseLine(runner), sanitiseLine(model), effort ?? ""].filter((part) => part !== "").join(" ");
      return [paint("cyan", `> ${event.phase}${place}${round}`, color) + dim(`  ${how}`, color)];
    }
    case "turn_started":
      return event.payload.call === "continue" ? [dim(`  turn ${event.payload.turn}: the agent goes on`, color)] : [];
    case "agent_event":
      return agentLines(event.payload, options.root).map((line) => `  ${agentLine(line, color)}`);
    case "retry":
      return [
        paint(
          "yellow",
          `  attempt ${event.payload.attempt} of ${event.payload.max_attempts} failed (${sanitiseLine(event.payload.reason)}); next try in ${elapsed(event.payload.delay_ms)}`,
          color,
        ),
      ];
    case "usage_limit":
      return [paint("yellow", `  ${sanitiseLine(event.message)}`, color)];
    case "gate_started":
      return [dim(`  gate: ${sanitiseLine(event.payload.display)}`, color)];
    case "gate_finished":
      return gateLines(event.payload, options);
    case "outcome_recorded":
      return [
        dim(`  the agent says: ${event.payload.outcome}${event.payload.notes.map((note) => ` (${sanitiseLine(note)})`).join("")}`, color),
      ];
    case "followups_applied":
      return event.payload.created.map((task) => `  follow-up ${task.task_id}  ${sanitiseLine(task.title)}`);
    case "commit":
      return [`  commit ${event.payload.commit.slice(0, 10)}  ${sanitiseLine(firstLine(event.message))}`];
    case "proof":
      return event.payload.proven && event.payload.by === "gate_again"
        ? [dim("  the commit differed from what the gate saw; the gate passed on the commit too", color)]
        : [];
    case "push":
      return [`  ${sanitiseLine(event.message)}`];
    case "processes_ended":
    case "message":
      return event.message === "" ? [] : [dim(`  ${sanitiseLine(event.message)}`, color)];
    case "warning":
      // One that ends the run is told by the error on stderr.
      if (event.exit_code !== undefined) return [];
      return [paint("yellow", `  warning: ${sanitiseLine(event.message)}`, color)];
    case "blocked_state_changed":
      return blockedLines(event, color);
    case "worker_state":
      return [paint(STATE_TINTS[event.payload.state] ?? "dim", `  ${sanitiseLine(event.message)}`, color)];
    case "wrote_outside":
    case "scope_overlap":
      return [paint("yellow", `  ${sanitiseLine(event.message)}`, color)];
    case "task_finished":
      return [finishLine(event.task_id, event.payload.outcome, event.payload.duration_ms, color)];
    default:
      return [];
  }
}

/** A refusal is told by the error on stderr, a session that is simply continued by the turn. */
function decisionLines(decision: Extract<RunEvent, { kind: "resume_decision" }>["payload"], color: boolean): string[] {
  const isOwn = decision.scope === "run_session";
  if (decision.status === "refusing_to_resume" || (!isOwn && decision.reason !== "runner_session_invalid")) return [];
  const indent = isOwn ? "" : "  ";
  const detail = decision.detail === "" ? [] : [dim(`${indent}  ${sanitiseLine(decision.detail)}`, color)];
  return [`${indent}${sanitiseLine(decision.message)}`, ...detail];
}

/** An empty queue is told by whoever ran out of tasks; here it would be said twice. */
function blockedLines({ message, payload }: Extract<RunEvent, { kind: "blocked_state_changed" }>, color: boolean): string[] {
  if (payload.reason.kind === "idle" && payload.task_id === undefined) return [];
  // The error on stderr says it.
  if (payload.reason.kind === "runner_recovery") return [];
  const detail = payload.detail === "" ? [] : [dim(`  ${sanitiseLine(payload.detail)}`, color)];
  return [paint("yellow", `${payload.status}: ${sanitiseLine(message)}`, color), ...detail];
}

function gateLines(gate: Extract<RunEvent, { kind: "gate_finished" }>["payload"], options: LineOptions): string[] {
  if (gate.passed) return [paint("green", `  gate passed (${elapsed(gate.duration_ms)})`, options.color)];
  const code = gate.exit_code === null ? "did not finish" : `exit ${gate.exit_code}`;
  const pattern = gate.pattern === null ? "" : `, ${gate.pattern}`;
  const tail = gate.output_tail
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-options.gateLines);
  return [
    paint("red", `  gate failed: ${code}${pattern} (${elapsed(gate.duration_ms)})`, options.color),
    ...tail.map((line) => dim(`  | ${sanitiseLine(line)}`, options.color)),
  ];
}

function finishLine(id: string, outcome: string, durationMs: number, color: boolean): string {
  const tint = outcome === "done" ? "green" : outcome === "rejected" ? "yellow" : "red";
  return paint(tint, `= ${id} ${outcome} after ${elapsed(durationMs)}`, color);
}

/** What the agent said or did, safe to show. Agents name files by their whole path, which says the same thing every time. */
export function agentLines(event: RunnerEvent, root: string): string[] {
  return displayLines(event).map((line) => sanitiseLine(line).replaceAll(`${root}/`, ""));
}

/** Colours the tag at the front of an agent's line. */
function agentLine(line: string, color: boolean): string {
  const match = /^\[(Reasoning|Tool|Command|Error|Permission denied: [^\]]*)\]/.exec(line);
  if (match === null || !color) return line;
  const tag = match[0];
  const tint =
    tag === "[Error]" || tag.startsWith("[Permission") ? "red" : tag === "[Reasoning]" ? "blue" : tag === "[Command]" ? "magenta" : "cyan";
  return paint(tint, tag, color) + dim(line.slice(tag.length), color);
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
