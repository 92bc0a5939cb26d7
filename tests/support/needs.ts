import { test } from "bun:test";

/**
 * A `test` for cases that need programs which may be missing. In CI a missing one is a
 * failure; elsewhere the cases are left out, and the output says for want of what.
 */
export function needs(...programs: string[]): typeof test {
  const missing = programs.filter((program) => Bun.which(program) === null);
  if (missing.length === 0) return test;
  if (process.env["CI"] === "true") throw new Error(`CI needs ${missing.join(", ")}`);
  process.stderr.write(`left out for want of ${missing.join(", ")}\n`);
  return Object.assign(test.skipIf(true), test);
}
