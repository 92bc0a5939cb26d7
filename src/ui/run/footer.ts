import { dim, paint } from "../colour.ts";
import { sanitiseLine } from "../sanitise.ts";
import type { GateView, RunView, TaskView } from "./state.ts";

export interface FooterOptions {
  readonly width: number;
  readonly color: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** A stop after the current task was asked for. */
  readonly stopping: boolean;
  /** A stop at once was asked for, and what still runs is being ended. */
  readonly ending: boolean;
}

/** The lines kept at the bottom of the terminal: task and phase, what happens now, the figures, the keys. */
export function footerLines(view: RunView, options: FooterOptions): string[] {
  const fit = (text: string) => Bun.sliceAnsi(text, 0, options.width);
  return [heading(view, options), activity(view, options), figures(view, options), keyLine(options, ONE_TASK)].map(fit);
}

function heading({ task, startedAt }: RunView, options: FooterOptions): string {
  const right = task === null ? clock(startedAt, options.now) : `${phaseText(task)}  ${clock(task.startedAt, options.now)}`;
  const room = Math.max(12, options.width - Bun.stringWidth(right) - 6);
  const name = task === null ? "between tasks" : `${task.id} ${sanitiseLine(task.title)}`;
  const left = Bun.stringWidth(name) > room ? `${Bun.sliceAnsi(name, 0, room - 1)}…` : name;
  const rule = "─".repeat(Math.max(1, options.width - Bun.stringWidth(left) - Bun.stringWidth(right) - 5));
  return `── ${paint("bold", left, options.color)} ${rule} ${right}`;
}

function phaseText(task: TaskView): string {
  if (task.phase === null) return "";
  const phase = task.phaseCount > 1 ? `${task.phase} ${task.phaseNumber}/${task.phaseCount}` : task.phase;
  const round = task.iterations > 1 ? `, iteration ${task.iteration}/${task.iterations}` : "";
  return `${phase}${round} · ${sanitiseLine(task.runner)} ${sanitiseLine(task.model)}`;
}

function activity({ task, waiting }: RunView, options: FooterOptions): string {
  if (waiting !== null) {
    const until = waiting.until === null ? "" : ` Until ${timeOfDay(waiting.until, options.now)}.`;
    return paint("yellow", `   ${sanitiseLine(waiting.message)}${until}`, options.color);
  }
  return dim(`   ${task === null ? "" : sanitiseLine(task.now)}`, options.color);
}

function figures({ task, gate, next, done, failed }: RunView, options: FooterOptions): string {
  const parts: string[] = [];
  if (task !== null && task.turn > 0) parts.push(`turn ${task.turn}/${task.maxTurns}`);
  if (task !== null && task.tokens > 0)
    parts.push(`${tokens(task.tokens)} tokens${task.cost === null ? "" : `, $${task.cost.toFixed(2)}`}`);
  if (gate !== null) parts.push(gateText(gate, options));
  parts.push(`${done} done${failed > 0 ? `, ${failed} failed` : ""}`);
  if (next !== null && next !== task?.id) parts.push(`next ${next}`);
  return `   ${parts.join(" · ")}`;
}

function gateText(gate: GateView, options: FooterOptions): string {
  if (gate.passed === null) return `gate ${elapsed(options.now - gate.startedAt)}`;
  const took = elapsed(gate.durationMs ?? 0);
  return gate.passed ? paint("green", `gate passed ${took}`, options.color) : paint("red", `gate failed ${took}`, options.color);
}

/** What the line of the keys says of the tasks at work. */
export interface KeyWords {
  /** What a stop waits for, in full and for short. */
  readonly work: string;
  readonly short: string;
  readonly agents: string;
  /** Keys between stopping after the work and stopping now. */
  readonly more: string;
}

const ONE_TASK: KeyWords = { work: "this task", short: "this", agents: "the agent", more: "d diff   l agent's output" };

/** The keys, and what was asked for with them. */
export function keyLine({ ending, stopping, color }: FooterOptions, words: KeyWords): string {
  if (ending) return paint("yellow", `   stopping now; q again does not wait for ${words.agents}`, color);
  const stop = stopping ? paint("yellow", `s go on: stopping after ${words.short}`, color) : dim(`s stop after ${words.work}`, color);
  return `   ${stop}${dim(`   ${words.more}   q stop now`, color)}`;
}

/** Time since the start; nothing when that is not known. */
export function clock(startedAt: number | null, now: number): string {
  return startedAt === null ? "" : elapsed(now - startedAt);
}

/** The time at which something ends, in the person's zone; with the date when that is a day or more away. */
export function timeOfDay(at: number, now: number): string {
  const date = new Date(at);
  const time = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  if (at - now < 24 * 3_600_000) return time;
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, "0"));
  return `${day.join("-")} ${time}`;
}

/** `0.4 s`, `12 s`, `1m 04s`, `2h 05m`. */
export function elapsed(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${String(Math.floor(seconds % 60)).padStart(2, "0")}s`;
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, "0")}m`;
}

function tokens(count: number): string {
  return count < 1000 ? `${count}` : `${(count / 1000).toFixed(1)}k`;
}
