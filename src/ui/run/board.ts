import type { StoredRunEvent } from "../../run/events.ts";
import { type FooterOptions, footerLines } from "./footer.ts";
import { agentLines, type LineOptions } from "./lines.ts";
import { type EventPrinter, RunPrinter } from "./printer.ts";
import { emptyRows, foldRows, type RowsView } from "./rows.ts";
import { emptyView, foldEvent, type RunView, withNow } from "./state.ts";
import { workersFooterLines } from "./workers-footer.ts";
import { WorkerPlaces, WorkersPrinter } from "./workers-printer.ts";

export interface BoardFooterOptions extends FooterOptions {
  /** Rows of the terminal. */
  readonly rows: number;
}

/** What a live view shows of a run, whatever the kind of run. */
export interface Board {
  readonly printer: EventPrinter;
  /** The task whose diff can be shown; null when that is none. */
  readonly diffOf: string | null;
  /** Whether what the agent said before this event is of no interest any more. */
  isFreshStart(event: StoredRunEvent): boolean;
  /** Takes an event in. Returns what the agent said or did with it, safe to show. */
  observe(event: StoredRunEvent): readonly string[];
  /** The lines at the bottom of the terminal. */
  footer(options: BoardFooterOptions): string[];
}

/** One task after the other. */
export class TaskBoard implements Board {
  readonly printer: EventPrinter;
  readonly #root: string;
  #view: RunView = emptyView;

  constructor(options: LineOptions) {
    this.printer = new RunPrinter(options);
    this.#root = options.root;
  }

  get diffOf(): string {
    return this.#view.task?.id ?? "";
  }

  isFreshStart(event: StoredRunEvent): boolean {
    return event.kind === "task_selected";
  }

  observe(event: StoredRunEvent): readonly string[] {
    this.#view = foldEvent(this.#view, event);
    if (event.kind !== "agent_event") return [];
    const lines = agentLines(event.payload, this.#root);
    const last = lastOf(lines);
    if (last !== null) this.#view = withNow(this.#view, last);
    return lines;
  }

  footer(options: BoardFooterOptions): string[] {
    return footerLines(this.#view, options);
  }
}

/** Parallel workers, each with a row. What their agents say scrolls by nowhere but behind a key. */
export class WorkersBoard implements Board {
  readonly printer: EventPrinter;
  readonly diffOf = null;
  readonly #places = new WorkerPlaces();
  readonly #root: string;
  #view: RowsView = emptyRows;

  constructor(options: LineOptions) {
    this.printer = new WorkersPrinter({ ...options, agents: false });
    this.#root = options.root;
  }

  isFreshStart(): boolean {
    return false;
  }

  observe(event: StoredRunEvent): readonly string[] {
    this.#places.observe(event);
    if (event.kind !== "agent_event") {
      this.#view = foldRows(this.#view, event, null);
      return [];
    }
    const lines = agentLines(event.payload, this.#places.of(event.task_id) ?? this.#root);
    this.#view = foldRows(this.#view, event, lastOf(lines));
    return lines.map((line) => `${event.task_id} | ${line}`);
  }

  footer(options: BoardFooterOptions): string[] {
    return workersFooterLines(this.#view, options);
  }
}

function lastOf(lines: readonly string[]): string | null {
  return lines.findLast((line) => line.trim() !== "") ?? null;
}
