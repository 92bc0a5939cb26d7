import type { Repository } from "./repository.ts";
import { Screen } from "./screen.ts";

export interface Seen {
  readonly code: number;
  /** Everything the terminal showed, escape sequences and all. */
  readonly screen: string;
}

/** Runs a program on a terminal of its own and types `keys` as soon as `prompt` is shown. */
export async function onTerminal(repo: Repository, argv: readonly string[], prompt: string, keys: string): Promise<Seen> {
  let screen = "";
  let typed = false;
  const decoder = new TextDecoder();
  const child = Bun.spawn([...argv], {
    cwd: repo.root,
    env: { ...repo.env, TERM: "xterm-256color" },
    terminal: {
      cols: 100,
      rows: 30,
      data(terminal, chunk) {
        screen += decoder.decode(chunk, { stream: true });
        if (typed || !screen.includes(prompt)) return;
        typed = true;
        terminal.write(keys);
      },
    },
  });
  const code = await child.exited;
  child.terminal?.close();
  return { code, screen };
}

/** Longest wait for something to appear; nothing waits for it in vain. */
const PATIENCE_MS = 20_000;

export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A program on a terminal of its own, with somebody who looks and types. */
export class Terminal implements AsyncDisposable {
  readonly screen: Screen;
  readonly #child: Bun.Subprocess;
  readonly #waiting = new Set<() => void>();

  constructor(repo: Repository, argv: readonly string[], { columns = 80, rows = 24, env = {} }: TerminalOptions = {}) {
    this.screen = new Screen(columns, rows);
    const decoder = new TextDecoder();
    this.#child = Bun.spawn([...argv], {
      cwd: repo.root,
      env: { ...repo.env, TERM: "xterm-256color", ...env },
      terminal: {
        cols: columns,
        rows,
        data: (_terminal, chunk) => {
          this.screen.push(decoder.decode(chunk, { stream: true }));
          for (const look of this.#waiting) look();
        },
      },
    });
  }

  /** How the terminal treats what is typed: echo, lines, signals. */
  get inputModes(): number {
    return this.#child.terminal?.localFlags ?? 0;
  }

  type(keys: string): void {
    this.#child.terminal?.write(keys);
  }

  resize(columns: number, rows: number): void {
    this.screen.columns = columns;
    this.screen.rows = rows;
    this.#child.terminal?.resize(columns, rows);
  }

  /** Waits until the visible part of the screen satisfies this. */
  async shows(wanted: string | RegExp): Promise<void> {
    const fits = () => (typeof wanted === "string" ? this.screen.visible.includes(wanted) : wanted.test(this.screen.visible));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => fits() && resolve();
    const timer = setTimeout(() => reject(new Error(`${wanted} was not shown:\n${this.screen.text}`)), PATIENCE_MS);
    this.#waiting.add(look);
    look();
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(look);
    }
  }

  /** The exit code, once the program has ended by itself. */
  async ended(): Promise<number> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), PATIENCE_MS);
    const code = await this.#child.exited;
    clearTimeout(timer);
    if (this.#child.signalCode === "SIGKILL") throw new Error(`it did not end:\n${this.screen.text}`);
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
    this.#child.terminal?.close();
  }
}
