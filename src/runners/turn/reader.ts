import type { RunnerEvent } from "../event.ts";
import { LINE_LIMIT, type Line, LineSplitter } from "../stream/lines.ts";
import type { LineReader } from "../stream/reading.ts";
import type { ReportedError } from "./classify.ts";
import type { TurnUsage } from "./outcome.ts";
import { addUsage } from "./usage.ts";

export interface TurnReaderOptions {
  readonly parser: LineReader;
  readonly redact: (text: string) => string;
  /** The id the agent must answer with; null when any will do. */
  readonly expectedSession: string | null;
  acceptsSession(id: string): boolean;
  emit(event: RunnerEvent): void;
  emitStderr(line: string): void;
  /** The turn is over as far as the stream says, or it goes on after all. */
  onOver(isOver: boolean): void;
  onStrangeSession(): void;
}

/** Lines that were no events, kept for what they may say about a failed start. */
const RAW_LINES = 50;
/** Characters shown of a line that was too long. */
const SHOWN_OF_CUT = 2000;

/** Follows the output of one call and remembers what its outcome depends on. */
export class TurnReader {
  readonly #options: TurnReaderOptions;
  readonly #stdout = new LineSplitter();
  readonly #stderr = new LineSplitter();
  readonly #errors: ReportedError[] = [];
  readonly #denied: string[] = [];
  #rawLines: string[] = [];
  #ended: { readonly ok: boolean } | null = null;
  #usageLimit: { readonly resetsAt: number | null } | null = null;
  #strangeSession: string | null = null;
  #isLineCutTold = false;
  #sessionId: string | null = null;
  #finalText: string | null = null;
  #usage: TurnUsage | null = null;

  constructor(options: TurnReaderOptions) {
    this.#options = options;
  }

  stdout(text: string): void {
    for (const line of this.#stdout.push(text)) this.#line(line);
  }

  stderr(text: string): void {
    for (const line of this.#stderr.push(text)) this.#errorLine(line);
  }

  /** An event that came without a stream. */
  event(event: RunnerEvent): void {
    this.#take(event);
  }

  /** Reads what is left when both streams are closed. */
  end(): void {
    for (const line of this.#stdout.end()) this.#line(line);
    for (const line of this.#stderr.end()) this.#errorLine(line);
    for (const event of this.#options.parser.end()) this.#take(event);
  }

  /** What the output said in all. */
  facts() {
    return {
      ended: this.#ended,
      errors: this.#errors,
      usageLimit: this.#usageLimit,
      denied: this.#denied,
      strangeSession: this.#strangeSession,
      sessionId: this.#sessionId,
      finalText: this.#finalText,
      usage: this.#usage,
      rawLines: this.#rawLines,
    };
  }

  #line(line: Line): void {
    if (!line.cut) for (const event of this.#options.parser.line(line.text)) this.#take(event);
    else if (!this.#isLineCutTold) {
      this.#isLineCutTold = true;
      this.#take({ type: "warning", text: `A line of output longer than ${LINE_LIMIT / 1024 / 1024} MiB was left out.` });
    }
  }

  #errorLine({ text, cut }: Line): void {
    const shown = cut ? `${text.slice(0, SHOWN_OF_CUT)}…` : text;
    if (shown.trim() !== "") this.#options.emitStderr(this.#options.redact(shown));
  }

  #take(event: RunnerEvent): void {
    if (event.type === "session" && !this.#session(event.id)) return;
    this.#remember(event);
    this.#options.emit(redacted(event, this.#options.redact));
  }

  /** False for an id that must not be kept. */
  #session(id: string): boolean {
    const { expectedSession, acceptsSession } = this.#options;
    if (!acceptsSession(id)) return false;
    if (expectedSession === null || id.toLowerCase() === expectedSession.toLowerCase()) {
      this.#sessionId = id;
      return true;
    }
    if (this.#strangeSession === null) this.#options.onStrangeSession();
    this.#strangeSession = id;
    return false;
  }

  #remember(event: RunnerEvent): void {
    switch (event.type) {
      case "end":
        this.#ended = { ok: event.ok };
        this.#options.onOver(true);
        return;
      case "usage_limit":
        this.#usageLimit = { resetsAt: event.resets_at };
        this.#options.onOver(true);
        return;
      case "text":
      case "reasoning":
      case "tool_call":
      case "tool_result":
      case "command":
        this.#goesOn();
        return;
      case "error":
        if (event.transient === true) this.#goesOn();
        else this.#errors.push(event);
        return;
      case "usage":
        this.#usage = addUsage(this.#usage, event);
        return;
      case "final":
        this.#finalText = event.text;
        return;
      case "permission_denied":
        this.#denied.push(event.tool);
        return;
      case "raw":
        this.#rawLines = [...this.#rawLines, event.text.slice(0, SHOWN_OF_CUT)].slice(-RAW_LINES);
        return;
      default:
        return;
    }
  }

  /** Content after a final event or a limit: the turn was not over. */
  #goesOn(): void {
    this.#ended = null;
    this.#usageLimit = null;
    this.#options.onOver(false);
  }
}

/** What is shown and logged holds no secrets; the outcome has the answer as it came. */
function redacted(event: RunnerEvent, redact: (text: string) => string): RunnerEvent {
  switch (event.type) {
    case "text":
    case "reasoning":
    case "warning":
    case "error":
    case "raw":
    case "final":
      return { ...event, text: redact(event.text) };
    case "tool_call":
      return { ...event, summary: redact(event.summary) };
    case "command":
      return { ...event, command: redact(event.command) };
    default:
      return event;
  }
}
