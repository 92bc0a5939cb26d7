import { describe, expect, test } from "bun:test";
import type { Origin } from "../../../src/config/provenance.ts";
import { agingProblem, dropInheritedAging } from "../../../src/config/validate/aging.ts";
import { allowlistProblem, normaliseAllowlistEntry } from "../../../src/config/validate/allowlist.ts";

describe("an allowlist entry", () => {
  test.each([
    "",
    "  ",
    "/etc/passwd",
    "C:/x",
    "C:\\x",
    "dir/",
    "..",
    "../x",
    "a/../b",
    "a/./b",
    "target/x",
    "a/node_modules/b",
    ".venv/x",
    ".cueloop/cache/x",
    ".cueloop\\logs\\x",
    ".cueloop/workspaces/x",
    ".cueloop/lock/x",
    "a/__pycache__/b",
    ".ruff_cache/x",
    ".pytest_cache/x",
    ".ty_cache/x",
    "./.git/config",
  ])("%p is refused", (entry) => {
    expect(allowlistProblem(["fine.txt", entry], ["list"])?.path).toEqual(["list", 1]);
  });

  test.each(["local.toml", "./local.toml", "config\\local.toml", "fixtures/private-*.json", ".env.local", "targets/x", " x "])(
    "%p is fine",
    (entry) => {
      expect(allowlistProblem([entry], ["list"])).toBeNull();
    },
  );

  test("is compared trimmed, with forward slashes, without a leading `./`", () => {
    expect(normaliseAllowlistEntry("  .\\a\\b ")).toBe("a/b");
  });
});

describe("aging thresholds", () => {
  const thresholds = (warning: number | null, stale: number | null, rotten: number | null) => ({
    warning_days: warning,
    stale_days: stale,
    rotten_days: rotten,
  });
  const from = (warning: Origin, stale: Origin, rotten: Origin) => (key: "warning_days" | "stale_days" | "rotten_days") =>
    ({ warning_days: warning, stale_days: stale, rotten_days: rotten })[key];

  test.each([
    [thresholds(7, 14, 30), true],
    [thresholds(7, null, 30), true],
    [thresholds(null, null, null), true],
    [thresholds(14, 14, 30), false],
    [thresholds(7, 40, 30), false],
    [thresholds(30, null, 30), false],
  ])("%o grow: %p", (value, grows) => {
    expect(agingProblem(value) === null).toBe(grows);
  });

  test.each([
    ["a later warning drops the default stale", thresholds(20, 14, 30), from("project", "default", "default"), thresholds(20, null, 30)],
    ["a much later warning drops both defaults", thresholds(40, 14, 30), from("project", "default", "default"), thresholds(40, null, null)],
    ["an early rotten drops what is inherited", thresholds(7, 14, 10), from("default", "global", "project"), thresholds(7, null, 10)],
    ["values of one layer stay for validation", thresholds(20, 14, 30), from("project", "project", "default"), thresholds(20, 14, 30)],
    ["values in order stay", thresholds(7, 14, 30), from("project", "default", "global"), thresholds(7, 14, 30)],
  ])("%s", (_name, value, origin, expected) => {
    const result = dropInheritedAging(value, origin);
    expect(result.thresholds).toEqual(expected);
    const dropped =
      Object.values(value).filter((days) => days !== null).length - Object.values(expected).filter((days) => days !== null).length;
    expect(result.warnings.length).toBe(dropped);
  });
});
