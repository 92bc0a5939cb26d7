import { expect, test } from "bun:test";
import { type CleanInputs, decideClean, dirtyRepository, isAllowed, runAllowlist } from "../../../src/run/start/clean.ts";

const ALLOWED = runAllowlist({ queue: "work/queue.jsonc", done: null });

test.each([
  [".cueloop/queue.jsonc", true],
  ["./.cueloop/config.jsonc", true],
  [".cueloop/cache/plans/RQ-0001.md", true],
  [".cueloop/cache", true],
  [".cueloop/", true],
  [".cueloop/prompts/worker.md", false],
  ["work/queue.jsonc", true],
  ["work/", false],
  ["src/a.ts", false],
  [".cueloop/queue.jsonc.bak", false],
])("%s: allowed is %p", (path, expected) => expect(isAllowed(path, ALLOWED)).toBe(expected));

function clean(change: Partial<CleanInputs>): string[] {
  const base = {
    dirty: [{ path: "src/a.ts", tracked: true }],
    allowed: ALLOWED,
    force: false,
    ownDirt: false,
    leftByLoop: new Set<string>(),
  };
  return decideClean({ ...base, ...change }).map((entry) => entry.path);
}

test("somebody's change stands in the way", () => expect(clean({})).toEqual(["src/a.ts"]));
test("unless it is forced", () => expect(clean({ force: true })).toEqual([]));
test("or it is the selected task's own, interrupted work", () => expect(clean({ ownDirt: true })).toEqual([]));
test("or an earlier task of the loop left it so", () => expect(clean({ leftByLoop: new Set(["src/a.ts"]) })).toEqual([]));

test("the refusal names ten paths of each kind and counts the rest", () => {
  const dirty = Array.from({ length: 12 }, (_, index) => ({ path: `new-${index}`, tracked: false }));
  const { message, hint } = dirtyRepository([{ path: "src/a.ts", tracked: true }, ...dirty]);
  expect(message).toContain("changed: src/a.ts");
  expect(message).toContain("untracked: new-9");
  expect(message).not.toContain("new-10");
  expect(message).toContain("2 more untracked");
  expect(hint).toContain("--force");
});

test("logs that git does not ignore are no changes of a person's: the hint is how to ignore them", () => {
  const { hint } = dirtyRepository([{ path: ".cueloop/logs/", tracked: false }]);
  expect(hint).toContain("cueloop init");
  expect(hint).not.toContain("--force");
});
