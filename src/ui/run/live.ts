import type { Output } from "../../base/output.ts";
import type { RunObserver } from "../../run/context.ts";
import type { StoredRunEvent } from "../../run/events.ts";
import { diffLines } from "../diff-lines.ts";
import { wrapLine } from "../wrap.ts";
import { type Board, TaskBoard, WorkersBoard } from "./board.ts";
import { type Keyboard, Keys } from "./keys.ts";

export interface LiveActions {
  /** Asks for a stop after the current task, or takes it back; returns whether a stop is asked for now. */
  toggleStop(): boolean;
  /** Stops the run now; a second call ends everything. */
  stopNow(): void;
  /** The present difference to where the task began, as git prints it. */
  diff(): Promise<string>;
}

export interface LiveOptions {
  readonly out: Output;
  readonly color: boolean;
  /** Root of the repository. */
  readonly root: string;
  /** Tasks are worked at the same time: each has a row. */
  readonly parallel: boolean;
  /** Where keys come from; null when standard input is no terminal. */
  readonly keyboard: Keyboard | null;
  size(): { readonly columns: number; readonly rows: number };
  readonly actions: LiveActions;
}

const REDRAW_MS = 80;
const TICK_MS = 1000;
/** Lines of the agent's output kept for the `l` key. */
const KEPT_LINES = 5000;

/**
 * The view of a run on a terminal: what happened scrolls by as ordinary text,
 * the last lines are redrawn in place. Owns the keyboard while it lives.
 */
export class LiveView implements Disposable {
  readonly observer: RunObserver = (event) => this.#observe(event);
  readonly #options: LiveOptions;
  readonly #keys: Keys | null;
  readonly #tick: ReturnType<typeof setInterval>;
  readonly #board: Board;
  #pending: string[] = [];
  #agentLines: string[] = [];
  /** The lines drawn last, without colour. */
  #drawn: readonly string[] = [];
  #stopping = false;
  /** A stop at once was asked for. */
  #ending = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** What covers the screen now: nothing, one page of text, or the agent's output as it comes. */
  #cover: "none" | "text" | "output" = "none";

  constructor(options: LiveOptions) {
    this.#options = options;
    const lineOptions = { color: options.color, gateLines: 12, root: options.root };
    this.#board = options.parallel ? new WorkersBoard(lineOptions) : new TaskBoard(lineOptions);
    this.#keys = options.keyboard === null ? null : new Keys(options.keyboard, (key) => this.#press(key));
    this.#tick = setInterval(() => this.#redraw(), TICK_MS);
    this.#tick.unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#tick);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#keys?.[Symbol.dispose]();
    this.#uncover();
    this.#write(`${this.#erase()}${this.#take()}\x1b[?25h`);
    this.#drawn = [];
  }

  /** Shows a line that is no event of the run. */
  note(line: string): void {
    this.#pending.push(line);
    this.#timer ??= setTimeout(() => this.#redraw(), REDRAW_MS);
  }

  #observe(event: StoredRunEvent): void {
    this.#agentLines.push(...this.#board.observe(event));
    if (this.#agentLines.length > KEPT_LINES) this.#agentLines = this.#agentLines.slice(-KEPT_LINES);
    if (this.#board.isFreshStart(event)) this.#agentLines = [];
    this.#pending.push(...this.#board.printer.lines(event));
    this.#timer ??= setTimeout(() => this.#redraw(), REDRAW_MS);
  }

  #redraw(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#cover === "output") this.#showOutput();
    if (this.#cover !== "none") return;
    const { columns, rows } = this.#options.size();
    const lines = this.#board.footer({
      width: columns,
      rows,
      color: this.#options.color,
      now: Date.now(),
      stopping: this.#stopping,
      ending: this.#ending,
    });
    const text = this.#take();
    this.#write(`\x1b[?25l${this.#erase()}${text}${lines.join("\n")}\n`);
    this.#drawn = lines.map((line) => Bun.stripANSI(line));
  }

  /** Takes the drawn lines off the screen; the cursor is then where they began. */
  #erase(): string {
    if (this.#drawn.length === 0) return "";
    const { columns, rows } = this.#options.size();
    // A terminal made narrower has broken them into more rows.
    const drawn = this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(Bun.stringWidth(line) / columns)), 0);
    return `\x1b[${Math.min(drawn, rows)}A\r\x1b[J`;
  }

  #take(): string {
    const { columns } = this.#options.size();
    const text = this.#pending.map((line) => `${wrapLine(line, columns)}\n`).join("");
    this.#pending = [];
    return text;
  }

  #write(text: string): void {
    if (text !== "") void this.#options.out.write(text);
  }

  #press(key: string): void {
    if (key === "q" || key === "\x03") {
      this.#ending = true;
      this.#options.actions.stopNow();
      this.#redraw();
    } else if (this.#cover !== "none") {
      this.#uncover();
      this.#redraw();
    } else if (key === "s") {
      this.#stopping = this.#options.actions.toggleStop();
      this.#redraw();
    } else if (key === "d") void this.#showDiff(this.#board.diffOf);
    else if (key === "l") {
      this.#coverWith("output");
      this.#showOutput();
    }
  }

  async #showDiff(taskId: string | null): Promise<void> {
    if (taskId === null) return;
    const text = await this.#options.actions.diff();
    const { columns, rows } = this.#options.size();
    const all = text.trim() === "" ? ["Nothing has changed since the task began."] : diffLines(text, this.#options.color);
    const shown = all.slice(0, rows - 2).map((line) => Bun.sliceAnsi(line, 0, columns));
    const rest = all.length - shown.length;
    this.#coverWith("text");
    this.#write(`${[...shown, rest > 0 ? `… ${rest} more lines: cueloop task diff ${taskId}` : "", "any key: back"].join("\n")}`);
  }

  #showOutput(): void {
    const { columns, rows } = this.#options.size();
    const lines = this.#agentLines
      .slice(-rows)
      .flatMap((line) => wrapLine(line, columns).split("\n"))
      .slice(-(rows - 1));
    this.#write(`\x1b[H\x1b[2J${[...lines, "any key: back"].join("\n")}`);
  }

  /** Switches to the alternate screen, which leaves the scrollback alone. */
  #coverWith(cover: "text" | "output"): void {
    this.#cover = cover;
    this.#write("\x1b[?1049h\x1b[H\x1b[2J");
  }

  #uncover(): void {
    if (this.#cover === "none") return;
    this.#cover = "none";
    this.#write("\x1b[?1049l");
  }
}
