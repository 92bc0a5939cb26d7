import type { RunnerEvent } from "./event.ts";

/** How a status reads: for the colour of whoever shows it. */
export type StatusTone = "bad" | "busy" | "good" | "plain";

/** A line in its parts, for a view with colours; `displayLines` joins them. */
export interface DisplayLine {
  /** `Reasoning`, `Tool`, `Command`, `Error`, `Warning`; empty for what the agent says. */
  readonly tag: string;
  readonly text: string;
  /** Without its parentheses; empty when there is none. */
  readonly status: string;
  readonly details: string;
}

/** The lines an event adds to what a person reads; none for events that only move figures. */
export function displayLines(event: RunnerEvent): string[] {
  if (event.type === "permission_denied") return [`[Permission denied: ${event.tool}]`];
  return displayParts(event).map(({ tag, text, status, details }) =>
    [tag === "" ? "" : `[${tag}]`, text, status === "" ? "" : `(${status})`, details].filter((part) => part !== "").join(" "),
  );
}

/** The same lines in parts, `permission_denied` aside. */
export function displayParts(event: RunnerEvent): DisplayLine[] {
  switch (event.type) {
    case "text":
    case "raw":
      return split(event.text).map((text) => line("", text));
    case "reasoning":
      return tagged("Reasoning", event.text);
    case "tool_call":
      return [withStatus(line("Tool", event.name, event.status ?? "", event.summary))];
    case "tool_result":
      return [line("Tool", event.name, event.status)];
    case "command":
      return [line("Command", oneLine(event.command), event.status ?? "")];
    case "warning":
      return tagged("Warning", event.text);
    case "error":
      return tagged("Error", event.text);
    case "usage_limit":
      return [line("Warning", limitText(event.resets_at))];
    default:
      return [];
  }
}

/** Tested in this order, in lower case. */
export function statusTone(status: string): StatusTone {
  const text = status.toLowerCase();
  const exit = /\bexit (-?\d+)/.exec(text);
  if (exit !== null) return exit[1] === "0" ? "good" : "bad";
  if (/error|fail|denied|timeout|cancel/.test(text)) return "bad";
  if (/running|started|pending|queued|in_progress|working/.test(text)) return "busy";
  return /completed|success|succeeded|ok|done|finished/.test(text) ? "good" : "plain";
}

function line(tag: string, text: string, status = "", details = ""): DisplayLine {
  return { tag, text, status, details };
}

/** Details that begin with `(…)` name the status. */
function withStatus(parts: DisplayLine): DisplayLine {
  const match = /^\(([^)]*)\)\s*/.exec(parts.details);
  if (match === null || parts.status !== "") return parts;
  return { ...parts, status: match[1] ?? "", details: parts.details.slice(match[0].length) };
}

/** The tag stands once, before the first line. */
function tagged(tag: string, text: string): DisplayLine[] {
  if (text.trim() === "") return [];
  return split(text.trim()).map((piece, index) => line(index === 0 ? tag : "", piece));
}

function split(text: string): string[] {
  return text.split(/\r?\n/);
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, " ");
}

function limitText(resetsAt: number | null): string {
  if (resetsAt === null) return "The usage limit is reached.";
  return `The usage limit is reached; it is reset at ${new Date(resetsAt * 1000).toISOString().slice(0, 19)}Z.`;
}
