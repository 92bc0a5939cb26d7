import type { Priority, TaskStatus } from "../queue/task.ts";

const CODES = {
  bold: "1",
  dim: "2",
  red: "31",
  green: "32",
  yellow: "33",
  blue: "34",
  magenta: "35",
  cyan: "36",
  boldRed: "1;31",
  boldYellow: "1;33",
} as const;
export type Style = keyof typeof CODES;

const STATUS_STYLE = { draft: "dim", todo: "blue", doing: "boldYellow", done: "green", rejected: "red" } as const satisfies Record<
  TaskStatus,
  Style
>;
const PRIORITY_STYLE = { critical: "boldRed", high: "boldYellow", medium: "blue", low: "dim" } as const satisfies Record<Priority, Style>;

/** The text in a style; unchanged when colour is off or the text is empty. Foreign text must be sanitised before. */
export function paint(style: Style, text: string, color: boolean): string {
  return color && text !== "" ? `\x1b[${CODES[style]}m${text}\x1b[0m` : text;
}

export function dim(text: string, color: boolean): string {
  return paint("dim", text, color);
}

export function statusStyle(status: TaskStatus): Style {
  return STATUS_STYLE[status];
}

export function priorityStyle(priority: Priority): Style {
  return PRIORITY_STYLE[priority];
}
