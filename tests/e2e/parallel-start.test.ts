import { expect, test } from "bun:test";
import { join } from "node:path";
import { Team } from "../support/team.ts";

test.each([
  ["off", true],
  ["commit", false],
] as const)("publish mode %s: that results stay on their branches is told before any work: %p", async (publish, told) => {
  using repo = new Team({ "RQ-0001": {} }, { publish });
  const { code, stdout } = await repo.loop(1);
  expect(code).toBe(0);
  const line = stdout.split("\n").findIndex((text) => text.includes("--git-publish-mode commit"));
  expect(line).toBe(told ? 0 : -1);
});

test("a target that another worktree has checked out too is refused before any work", async () => {
  using repo = new Team({ "RQ-0001": {} });
  const other = join(repo.base, "other");
  repo.git("worktree", "add", "--quiet", "--force", other, "main");
  const { code, stdout, stderr } = await repo.loop(1);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain(`The target branch main is checked out in ${other}`);
  expect(repo.turns("RQ-0001")).toBe(0);
});
