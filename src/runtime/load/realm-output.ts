import type { Writable } from "node:stream";

/** Takes a text of one line or more. */
export type Print = (level: "error" | "warn" | "info" | "debug", text: string) => void;

const LEVELS = {
  log: "info",
  info: "info",
  dir: "info",
  group: "info",
  groupCollapsed: "info",
  warn: "warn",
  error: "error",
  debug: "debug",
  trace: "debug",
} as const satisfies Record<string, Parameters<Print>[0]>;
const SILENT = ["clear", "count", "countReset", "groupEnd", "profile", "profileEnd", "time", "timeEnd", "timeLog", "timeStamp"];

/** A console that prints to the log; its counters and timers print nothing. */
export function userConsole(print: Print): object {
  const printing = Object.entries(LEVELS).map(([name, level]) => [
    name,
    (...values: readonly unknown[]) => print(level, formatted(values)),
  ]);
  return {
    ...Object.fromEntries(SILENT.map((name) => [name, () => {}])),
    ...Object.fromEntries(printing),
    table: (rows: unknown) => print("info", typeof rows === "object" && rows !== null ? Bun.inspect.table(rows) : formatted([rows])),
    assert: (holds: unknown, ...values: readonly unknown[]) => {
      if (!holds) print("error", formatted(["Assertion failed", ...values]));
    },
  };
}

/** Stands in for a standard stream; what is written to it goes to the log. */
export function userStream(print: Print): Writable {
  const { Writable } = process.getBuiltinModule("node:stream");
  return new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      print("info", String(chunk));
      done();
    },
  });
}

function formatted(values: readonly unknown[]): string {
  return process.getBuiltinModule("node:util").format(...values);
}
