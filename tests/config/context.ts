import { type Clock, systemClock } from "../../src/base/clock.ts";
import type { BaseContext, Environment } from "../../src/base/context.ts";
import type { Repository } from "../support/repository.ts";

export interface TestContext extends BaseContext {
  /** Log lines so far, `info: …`. */
  readonly lines: readonly string[];
}

/** A context in a repository's root with the repository's own home. */
export function contextOf(
  repository: Repository,
  options: { readonly env?: Environment; readonly cwd?: string; readonly clock?: Clock } = {},
): TestContext {
  const lines: string[] = [];
  const line = (level: string) => (message: string) => {
    lines.push(`${level}: ${message}`);
  };
  return {
    env: { ...repository.env, ...options.env },
    cwd: options.cwd ?? repository.root,
    clock: options.clock ?? systemClock(),
    log: { error: line("error"), warn: line("warn"), info: line("info"), debug: line("debug") },
    signal: new AbortController().signal,
    redact: (text) => text,
    lines,
  };
}
