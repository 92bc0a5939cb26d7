import type { Task } from "../../queue/task.ts";
import type { Verdict } from "../../run/gate/verdict.ts";
import { dim, paint, priorityStyle, statusStyle } from "../colour.ts";
import { sanitise, sanitiseLine } from "../sanitise.ts";
import { type Cell, tableLines } from "../table.ts";

export interface TaskLineOptions {
  readonly color: boolean;
  /** Columns of the terminal, null when the output is none. */
  readonly width: number | null;
}

/** Column of the title in both line formats. */
const TITLE_COLUMN = 3;

/** Id, status, priority and title of a task. */
export function compactRow(task: Task): Cell[] {
  return [
    { text: field(task.id) },
    { text: task.status, style: statusStyle(task.status) },
    { text: task.priority, style: priorityStyle(task.priority) },
    { text: field(task.title) },
  ];
}

/** The compact row, then tags, scope, update time, completion time and custom fields. */
export function longRow(task: Task): Cell[] {
  const fields = Object.entries(task.custom_fields)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`);
  return [
    ...compactRow(task),
    { text: joined(task.tags) },
    { text: joined(task.scope) },
    { text: field(task.updated_at ?? "") },
    { text: field(task.completed_at ?? "") },
    { text: field(fields.join(",")) },
  ];
}

/** Rows of tasks as lines. */
export function taskLines(rows: readonly (readonly Cell[])[], options: TaskLineOptions): string[] {
  return tableLines(rows, { ...options, flexible: TITLE_COLUMN });
}

export interface TaskTextOptions {
  readonly color: boolean;
  readonly verdict: Verdict | null;
  /** What a parallel worker does for it; null when none has it. */
  readonly worker: string | null;
}

/** One task laid out for a person to read. */
export function taskText(task: Task, options: TaskTextOptions): string {
  const { color } = options;
  const heading = `${paint("bold", field(task.id), color)}  ${paint(statusStyle(task.status), task.status, color)}  ${paint(priorityStyle(task.priority), task.priority, color)}${task.kind === "group" ? "  group" : ""}`;
  const facts: [string, string | undefined][] = [
    ["worker", options.worker ?? undefined],
    ["tags", joined(task.tags, ", ")],
    ["scope", joined(task.scope, ", ")],
    ["depends on", joined(task.depends_on, ", ")],
    ["blocks", joined(task.blocks, ", ")],
    ["relates to", joined(task.relates_to, ", ")],
    ["duplicates", task.duplicates],
    ["parent", task.parent_id],
    ["agent", task.agent === undefined ? undefined : JSON.stringify(task.agent)],
    ["estimated", minutes(task.estimated_minutes)],
    ["actual", minutes(task.actual_minutes)],
    ["scheduled", task.scheduled_start],
    ["created", task.created_at],
    ["updated", task.updated_at],
    ["started", task.started_at],
    ["completed", task.completed_at],
    ...Object.entries(task.custom_fields),
  ];
  const shown = facts.flatMap(([name, value]) => (value === undefined || value.trim() === "" ? [] : [[name, value] as const]));
  const width = Math.max(0, ...shown.map(([name]) => Bun.stringWidth(field(name))));
  const rows = shown.map(([name, value]) => {
    const label = field(name);
    return `  ${dim(label + " ".repeat(width - Bun.stringWidth(label)), color)}  ${field(value)}`;
  });
  const verdict = options.verdict === null ? [] : [`  ${verdictLine(options.verdict, color)}`];
  const sections = [
    ...section("Description", task.description === undefined ? [] : sanitise(task.description).trimEnd().split("\n"), color),
    ...section("Request", task.request === undefined ? [] : sanitise(task.request).trimEnd().split("\n"), color),
    ...section(
      "Plan",
      task.plan.map((step, index) => `${index + 1}. ${field(step)}`),
      color,
    ),
    ...section("Evidence", bulleted(task.evidence), color),
    ...section("Notes", bulleted(task.notes), color),
  ];
  return [heading, paint("bold", field(task.title), color), "", ...rows, ...verdict, ...sections].join("\n");
}

function verdictLine(verdict: Verdict, color: boolean): string {
  if (verdict.verified) return `${paint("green", "verified", color)}: the gate passed on the tree of commit ${verdict.commit.slice(0, 12)}`;
  return `${paint("yellow", "claimed", color)}: ${sanitiseLine(verdict.reason)}`;
}

function section(name: string, lines: readonly string[], color: boolean): string[] {
  return lines.length === 0 ? [] : ["", paint("bold", name, color), ...lines.map((line) => `  ${line}`.trimEnd())];
}

function bulleted(items: readonly string[]): string[] {
  return items.map((item) => `- ${field(item)}`);
}

function minutes(value: number | undefined): string | undefined {
  return value === undefined ? undefined : `${value} min`;
}

/** A task's text as one field of a line. */
function field(text: string): string {
  return sanitiseLine(text).trim();
}

function joined(items: readonly string[], separator = ","): string {
  return items
    .map(field)
    .filter((item) => item !== "")
    .join(separator);
}
