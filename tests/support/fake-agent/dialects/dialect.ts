export type Json = Readonly<Record<string, unknown>>;

/** What the program was asked on its command line. */
export interface Asked {
  /** The agent session to continue; null for a new one. */
  readonly resumed: string | null;
  /** The session this call is in. */
  readonly session: string;
  readonly model: string;
}

export interface ToolUse {
  readonly kind: "write" | "run";
  /** The path that was written, or the command. */
  readonly subject: string;
  readonly output: string;
  readonly exitCode: number;
}

/** How one agent program says what it does, event by event as the real one prints them. */
export interface Dialect {
  /** The runner's id, and the name of its program. */
  readonly id: string;
  /** Key of `agent` in the configuration that names the program. */
  readonly setting: string;
  /** The name by which messages speak of it. */
  readonly called: string;
  ask(args: readonly string[]): Asked;
  begin(asked: Asked): Json[];
  say(asked: Asked, text: string): Json[];
  use(asked: Asked, tool: ToolUse): Json[];
  denied(asked: Asked, tool: string): Json[];
  /** `resetsAt`: Unix seconds. The turn is over with it. */
  limit(asked: Asked, resetsAt: number): Json[];
  refused(asked: Asked, why: "unauthorised" | "unavailable"): Json[];
  /** The last event of the turn; `answer` is what was said last. */
  end(asked: Asked, ok: boolean, answer: string): Json;
}

/** The argument behind a flag. */
export function option(args: readonly string[], flag: string): string | null {
  const index = args.indexOf(flag);
  return index < 0 ? null : (args[index + 1] ?? null);
}
