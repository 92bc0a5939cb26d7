import { afterEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DebugLog } from "../../../src/run/debug/debug-log.ts";

const made: string[] = [];
afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

const quiet = () => {};
const log = { error: quiet, warn: quiet, info: quiet, debug: quiet };

function place(): { runtimeDir: string; path: string } {
  const runtimeDir = mkdtempSync(join(tmpdir(), "cueloop-debug-"));
  made.push(runtimeDir);
  return { runtimeDir, path: join(runtimeDir, "logs/debug.log") };
}

test("output and records as they come; a header only where the stream changes, each at the start of a line", () => {
  const { runtimeDir, path } = place();
  const shown: string[] = [];
  using debug = new DebugLog({ runtimeDir, env: {}, log });
  const teed = debug.tee({ ...log, warn: (message) => shown.push(message) });
  debug.output("stdout", "one\ntw");
  debug.output("stdout", "o\n");
  debug.output("stderr", "");
  debug.output("stderr", "half");
  teed.warn("something");
  teed.debug("in detail");
  debug.output("stderr", "rest\n");
  expect(readFileSync(path, "utf8")).toBe(`[RUNNER STDOUT]
one
two
[RUNNER STDERR]
half
[LOG WARN cueloop] something
[LOG DEBUG cueloop] in detail
[RUNNER STDERR]
rest
`);
  expect(shown).toEqual(["something"]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("a record with a secret keeps it, and says what kinds were taken out elsewhere", () => {
  const { runtimeDir, path } = place();
  using debug = new DebugLog({ runtimeDir, env: { MY_TOKEN: "hunter22" }, log });
  debug.tee(log).info(`API_KEY=abc and hunter22 and ${"ab".repeat(50)}`);
  debug.tee(log).info("nothing secret");
  const lines = readFileSync(path, "utf8").split("\n");
  expect(lines[0]).toContain("API_KEY=abc and hunter22");
  expect(lines[1]).toBe("[REDACTION] classes=structural,hex,env-value material=omitted");
  expect(lines[2]).toBe("[LOG INFO cueloop] nothing secret");
  expect(lines[3]).toBe("");
});

test("what was there stays, until it is large: then the newest three are kept aside", () => {
  const { runtimeDir, path } = place();
  mkdirSync(join(runtimeDir, "logs"));
  writeFileSync(path, "old\n");
  new DebugLog({ runtimeDir, env: {}, log })[Symbol.dispose]();
  expect(readFileSync(path, "utf8")).toBe("old\n");
  for (const number of [1, 2, 3, 4]) {
    writeFileSync(path, `${number}`);
    truncateSync(path, 10 * 1024 * 1024);
    using debug = new DebugLog({ runtimeDir, env: {}, log });
    debug.output("stdout", `after ${number}\n`);
  }
  expect([1, 2, 3].map((number) => readFileSync(`${path}.${number}`, "utf8").charAt(0))).toEqual(["4", "3", "2"]);
  expect(existsSync(`${path}.4`)).toBeFalse();
  expect(readFileSync(path, "utf8")).toBe("[RUNNER STDOUT]\nafter 4\n");
});

test("a file in the way of the directory is an error that names it", () => {
  const { runtimeDir } = place();
  writeFileSync(join(runtimeDir, "logs"), "");
  expect(() => new DebugLog({ runtimeDir, env: {}, log })).toThrow(/logs\/debug\.log cannot be written/);
});
