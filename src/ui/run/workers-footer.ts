import { dim, paint } from "../colour.ts";
import { sanitiseLine } from "../sanitise.ts";
import { cut } from "../table.ts";
import { clock, elapsed, type FooterOptions, type KeyWords, keyLine, timeOfDay } from "./footer.ts";
import { type RowsView, startOf, type WorkerRow } from "./rows.ts";

const WORKERS: KeyWords = { work: "these tasks", short: "these", agents: "the agents", more: "l agents' output" };
const TITLE_WIDTH = 28;
/** Rows of the terminal that are not for workers. */
const OTHER_ROWS = 6;

/** The lines kept at the bottom of the terminal while workers run in parallel: a row for each, the figures, the keys. */
export function workersFooterLines(view: RowsView, options: FooterOptions & { readonly rows: number }): string[] {
  const room = Math.max(1, options.rows - OTHER_ROWS);
  const shown = view.rows.length > room ? view.rows.slice(0, room - 1) : view.rows;
  const hidden = view.rows.length - shown.length;
  const more = hidden === 0 ? [] : [dim(`   … and ${hidden} more`, options.color)];
  const lines = [heading(view, options), ...rowLines(shown, options), ...more, figures(view, options), keyLine(options, WORKERS)];
  return lines.map((line) => Bun.sliceAnsi(line, 0, options.width));
}

function heading(view: RowsView, options: FooterOptions): string {
  const count = view.rows.length;
  const left = count === 0 ? "between tasks" : count === 1 ? "1 worker" : `${count} workers`;
  const right = clock(startOf(view), options.now);
  const rule = "─".repeat(Math.max(1, options.width - Bun.stringWidth(left) - Bun.stringWidth(right) - 5));
  return `── ${paint("bold", left, options.color)} ${rule} ${right}`;
}

function rowLines(rows: readonly WorkerRow[], options: FooterOptions): string[] {
  const fields = rows.map((row) => [
    sanitiseLine(row.id),
    cut(sanitiseLine(row.view.task?.title ?? ""), TITLE_WIDTH),
    placeOf(row),
    clock(row.view.task?.startedAt ?? null, options.now),
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...fields.map((row) => Bun.stringWidth(row[column] ?? ""))));
  return fields.map((row, index) => {
    const [id = "", title = "", place = "", time = ""] = row.map(
      (text, column) => text + " ".repeat((widths[column] ?? 0) - Bun.stringWidth(text)),
    );
    const worker = rows[index];
    const doing = worker === undefined ? "" : doingNow(worker, options);
    return `   ${paint("bold", id, options.color)}  ${title}  ${paint("cyan", place, options.color)}  ${time}  ${doing}`;
  });
}

/** The phase of a task, or what is done with its work. */
function placeOf({ view: { task }, state }: WorkerRow): string {
  if (state === "waiting_checkout") return "waiting";
  if (state === "integrating" || state === "landing") return state;
  if (task === null || task.phase === null) return "starting";
  return task.phaseCount > 1 ? `${task.phase} ${task.phaseNumber}/${task.phaseCount}` : task.phase;
}

function doingNow({ view: { task, gate, waiting }, state }: WorkerRow, options: FooterOptions): string {
  if (waiting !== null) {
    const until = waiting.until === null ? "" : ` until ${timeOfDay(waiting.until, options.now)}`;
    return paint("yellow", `waits${until}: ${sanitiseLine(waiting.message)}`, options.color);
  }
  if (state === "waiting_checkout") return paint("yellow", "changes in the checkout stand in its way", options.color);
  if (gate?.passed === null) return dim(`the gate runs, ${elapsed(options.now - gate.startedAt)}`, options.color);
  return dim(sanitiseLine(task?.now ?? ""), options.color);
}

function figures({ general, rows, done, blocked, failed }: RowsView, options: FooterOptions): string {
  if (general.waiting !== null) return paint("yellow", `   ${sanitiseLine(general.waiting.message)}`, options.color);
  const parts = [`${done} done`];
  if (blocked > 0) parts.push(paint("red", `${blocked} blocked`, options.color));
  if (failed > 0) parts.push(paint("red", `${failed} failed`, options.color));
  const spent = rows.reduce((sum, { view }) => sum + (view.task?.cost ?? 0), 0);
  if (spent > 0) parts.push(`$${spent.toFixed(2)} on these`);
  if (general.next !== null && !rows.some(({ id }) => id === general.next)) parts.push(`next ${general.next}`);
  return `   ${parts.join(" · ")}`;
}
