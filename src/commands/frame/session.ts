import { type Clock, formatTimestamp, systemClock } from "../../base/clock.ts";
import type { BaseContext, Environment, Log } from "../../base/context.ts";
import { createOutput, type Output } from "../../base/output.ts";
import { createRedactor } from "../../base/redact.ts";
import { paint } from "../../ui/colour.ts";
import { sanitise } from "../../ui/sanitise.ts";
import type { CommandKind } from "./base.ts";
import type { Terminals } from "./terminal.ts";

const LEVELS = { off: 0, error: 1, warn: 2, info: 3, debug: 4, trace: 5 } as const;
type Level = keyof typeof LEVELS;
const LABELS = { error: "ERROR", warn: "WARN ", info: "INFO ", debug: "DEBUG" } as const;
type LogLevel = keyof typeof LABELS;

export interface SessionOptions {
  readonly env: Environment;
  readonly cwd: string;
  /** Arguments after the program's name, as typed. */
  readonly argv: readonly string[];
  /** The command's words, `["run", "loop"]`; empty when there is no command. */
  readonly path: readonly string[];
  /** Whether `cueloop.config.ts` is left aside. */
  readonly noConfigTs: boolean;
  readonly kind: CommandKind;
  /** Whether the command may be used from inside a run. */
  readonly insideRunAllowed: boolean;
  readonly verbose: boolean;
  readonly color: "auto" | "always" | "never";
  readonly isTerminal: Terminals;
}

/** What one invocation of a command works with: its output, its terminal and its context. */
export class Session {
  readonly options: SessionOptions;
  readonly out: Output;
  readonly err: Output;
  /** Decided once, from stdout; holds for stderr too. */
  readonly color: boolean;
  readonly interrupt = new AbortController();
  readonly context: BaseContext;
  /** Code of the user's was evaluated in this process. */
  ranUserCode = false;
  /** The user's own program is what runs: it ends when nothing of it is left to do. */
  ranProgram = false;
  readonly #pending: Promise<void>[] = [];
  #takeLog: ((line: string) => void) | null = null;

  constructor(options: SessionOptions) {
    this.options = options;
    this.out = createOutput(Bun.stdout);
    this.err = createOutput(Bun.stderr);
    this.color = useColor(options);
    const redact = createRedactor(options.env);
    const clock = systemClock();
    this.context = {
      env: options.env,
      cwd: options.cwd,
      clock,
      log: this.#log(clock, redact, levelFrom(options)),
      signal: this.interrupt.signal,
      redact,
    };
  }

  /** Writes to stdout; ends with a newline. */
  async print(text: string): Promise<void> {
    await this.out.write(text.endsWith("\n") ? text : `${text}\n`);
  }

  /**
   * Writes a value to stdout as JSON, two blanks of indent; control characters that JSON leaves as they are, escaped. What
   * JSON has no word for, a function for one, is null.
   */
  async printJson(value: unknown): Promise<void> {
    const json: string | undefined = JSON.stringify(value, null, 2);
    const text = (json ?? "null").replace(/[\x7f-\x9f]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
    await this.out.write(`${text}\n`);
  }

  /** Writes a note for the person to stderr. */
  async note(text: string): Promise<void> {
    await this.err.write(text.endsWith("\n") ? text : `${text}\n`);
  }

  /** Waits until every log line is written. */
  async flush(): Promise<void> {
    await Promise.all(this.#pending);
  }

  /** Has log lines taken by whoever draws on the terminal; null: they go to stderr again. */
  divertLog(take: ((line: string) => void) | null): void {
    this.#takeLog = take;
  }

  #log(clock: Clock, redact: (text: string) => string, level: Level): Log {
    const write = (name: LogLevel) => (message: string) => {
      if (LEVELS[name] > LEVELS[level]) return;
      // A person at a terminal knows the time; scripts and debugging want it.
      const stamped = LEVELS[level] >= LEVELS.debug || !this.options.isTerminal.stderr;
      const text = sanitise(redact(message));
      this.#logLine(stamped ? `[${formatTimestamp(clock.now()).slice(0, 19)}Z ${LABELS[name]} cueloop] ${text}` : this.#plain(name, text));
    };
    return { error: write("error"), warn: write("warn"), info: write("info"), debug: write("debug") };
  }

  #plain(name: LogLevel, text: string): string {
    if (name === "error") return `${paint("red", "error:", this.color)} ${text}`;
    return name === "warn" ? `${paint("yellow", "warning:", this.color)} ${text}` : text;
  }

  #logLine(line: string): void {
    if (this.#takeLog === null) this.#pending.push(this.err.write(`${line}\n`));
    else this.#takeLog(line);
  }
}

function useColor(options: SessionOptions): boolean {
  if (options.env["NO_COLOR"] !== undefined || options.color === "never") return false;
  return options.color === "always" || options.isTerminal.stdout;
}

function levelFrom(options: SessionOptions): Level {
  if (options.verbose) return "debug";
  const word = (options.env["CUELOOP_LOG"] ?? options.env["RUST_LOG"] ?? "").trim().toLowerCase();
  return isLevel(word) ? word : "info";
}

function isLevel(word: string): word is Level {
  return Object.hasOwn(LEVELS, word);
}
