import { expect, test } from "bun:test";
import { scopeCovers, scopesOverlap } from "../../../src/parallel/coordinator/scheduling/scope.ts";

test.each([
  [["src/a.ts"], ["src/a.ts"], true],
  [["src"], ["src/a.ts"], true],
  [["src/"], ["./src/deep/a.ts"], true],
  [["src"], ["srcs/a.ts"], false],
  [["src/a.ts:12"], ["src/a.ts"], true],
  [["src/a.ts:12-40"], ["src/a.ts:90"], true],
  [["docs/guide.md#setup"], ["docs/guide.md"], true],
  [["src/*.ts"], ["src/b.ts"], true],
  [["src/**/x.ts"], ["src/deep/y.ts"], true],
  [["src/api*"], ["src/apis/v1.ts"], true],
  [["src/api*"], ["src/web/v1.ts"], false],
  [["lib/*.ts"], ["src/*.ts"], false],
  [["src/*"], ["src"], true],
  [["."], ["src/a.ts"], true],
  [["the login page"], ["the login page"], false],
  [[], ["src"], false],
  [["  src/a.ts  "], ["src/a.ts"], true],
  [["a", "b"], ["c", "b/x"], true],
])("%j and %j overlap: %p", (a, b, overlap) => {
  expect(scopesOverlap(a, b)).toBe(overlap);
  expect(scopesOverlap(b, a)).toBe(overlap);
});

test.each([
  [["src"], "src/a.ts", true],
  [["src/*.ts"], "src/a.ts", true],
  [["docs"], "src/a.ts", false],
  [["some words"], "some", false],
])("%j covers %s: %p", (scope, path, covers) => {
  expect(scopeCovers(scope, path)).toBe(covers);
});
