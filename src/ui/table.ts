import { paint, type Style } from "./colour.ts";

/** One field of a row; its text is foreign text already sanitised, on one line. */
export interface Cell {
  readonly text: string;
  readonly style?: Style;
}

export interface TableOptions {
  readonly color: boolean;
  /** Columns of the terminal that reads; null when it is no terminal, and fields are then separated by tabs. */
  readonly width: number | null;
  /** The column that is cut when a row does not fit the width. */
  readonly flexible: number;
}

const GAP = "  ";
const NARROWEST = 16;

/** Rows as lines: aligned for a terminal, tab-separated for a program. */
export function tableLines(rows: readonly (readonly Cell[])[], options: TableOptions): string[] {
  const { width, color } = options;
  if (width === null) return rows.map((row) => row.map((cell) => painted(cell, cell.text, color)).join("\t"));
  const widths = columnWidths(rows);
  const room = roomFor(widths, options.flexible, width);
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const text = column === options.flexible ? cut(cell.text, room) : cell.text;
        const target = column === options.flexible ? Math.min(room, widths[column] ?? 0) : (widths[column] ?? 0);
        const padding = column === row.length - 1 ? "" : " ".repeat(Math.max(0, target - Bun.stringWidth(text)));
        return painted(cell, text, color) + padding;
      })
      .join(GAP)
      .trimEnd(),
  );
}

function columnWidths(rows: readonly (readonly Cell[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, Bun.stringWidth(cell.text));
  }
  return widths;
}

/** Width left for the flexible column when all others keep theirs. */
function roomFor(widths: readonly number[], flexible: number, width: number): number {
  const others = widths.reduce((sum, columnWidth, column) => (column === flexible ? sum : sum + columnWidth), 0);
  return Math.max(NARROWEST, width - others - GAP.length * Math.max(0, widths.length - 1));
}

/** The text cut to a width in terminal columns, `…` at the cut. */
export function cut(text: string, width: number): string {
  return Bun.stringWidth(text) <= width ? text : Bun.sliceAnsi(text, 0, width, "…");
}

function painted(cell: Cell, text: string, color: boolean): string {
  return cell.style === undefined ? text : paint(cell.style, text, color);
}
