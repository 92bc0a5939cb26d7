import { test } from "bun:test";

/**
 * A `test` for cases that need programs which may be missing. In CI a missing one is a
 * failure; elsewhere the cases are left out, and the output says for want of what.
 */
export function needs(...programs: string[]): typeof test {
  return without(missingOf(programs));
}

/** `needs` for cases that mount a disk of their own, which root may do where the machine permits it. */
export function needsMount(): typeof test {
  const missing = missingOf(["unshare", "mount"]);
  return without(missing.length > 0 || canMount() ? missing : ["the right to mount"]);
}

function missingOf(programs: readonly string[]): readonly string[] {
  return programs.filter((program) => Bun.which(program) === null);
}

function canMount(): boolean {
  return process.getuid?.() === 0 && Bun.spawnSync(["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).success;
}

function without(missing: readonly string[]): typeof test {
  if (missing.length === 0) return test;
  if (process.env["CI"] === "true") throw new Error(`CI needs ${missing.join(", ")}`);
  process.stderr.write(`left out for want of ${missing.join(", ")}\n`);
  return Object.assign(test.skipIf(true), test);
}
