import { expect, test } from "bun:test";
import { detectGatePattern } from "../../../src/run/gate/patterns.ts";

test.each([
  ["failed to parse Cargo.toml: line 12: expected `=`", "TOML parse error", "Cargo.toml", 12],
  ["error: TOML parse error in config/app.toml, at 7:3", "TOML parse error", "config/app.toml", 3],
  ["unknown variant `fast`, expected one of `slow`, `exact`", "Unknown variant error", null, null],
  ["ruff check: 3 errors\nsrc/a.py:14:2 E501", "Ruff error", "pyproject.toml", 14],
  ["Blocking waiting for file lock on build directory", "Lock contention", null, null],
  ["format check FAILED", "Format check failure", null, null],
  ["3 lint rules failed", "Lint check failure", null, null],
])("%s is recognised", (stderr, key, file, line) => {
  expect(detectGatePattern("", stderr)).toMatchObject({ key, file, line });
});

test("an unknown variant names the value and what is allowed", () => {
  const found = detectGatePattern("", "app.toml: unknown variant `fast`, expected one of `slow`, `exact`\nmore");
  expect(found).toMatchObject({ invalidValue: "fast", validOptions: "`slow`, `exact`", file: "app.toml" });
});

test("output that fits nothing has no pattern", () => {
  expect(detectGatePattern("1 test did not pass", "")).toBeNull();
});

test("stderr is read before stdout, so a recognised error there wins over its place", () => {
  expect(detectGatePattern("line 4", "line 9 toml parse")?.line).toBe(9);
});

test("the repository's own patterns are tried first; each of their texts must occur", () => {
  const own = [
    { key: "db", all: ["ECONNREFUSED", "5432"], hint: "Start the database." },
    { key: "any", all: ["failed"], hint: "Look again." },
  ];
  expect(detectGatePattern("format check failed", "", own)).toMatchObject({ key: "any", action: "Look again.", file: null });
  expect(detectGatePattern("failed", "ECONNREFUSED 127.0.0.1:5432", own)).toMatchObject({ key: "db", action: "Start the database." });
  expect(detectGatePattern("lint failed", "", own.slice(0, 1))).toMatchObject({ key: "Lint check failure" });
});
