import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
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

test("queue files outside the repository: the key and a path that would do are named", async () => {
  using repo = new Team({ "RQ-0001": {} }, { config: { queue: { file: "../queue.jsonc" } } });
  repo.write({ "../queue.jsonc": repo.read(".cueloop/queue.jsonc") });
  const { code, stderr } = await repo.loop(1);
  expect([code, stderr]).toEqual([1, expect.stringContaining("queue.file")]);
  expect(stderr).toContain(".cueloop/queue.jsonc");
});

test("a target that somebody deletes meanwhile: the work is kept, and the way out is named", async () => {
  using repo = new Team({ "RQ-0001": {}, "RQ-0002": {} });
  repo.deeds({ "RQ-0001": `echo one > RQ-0001.txt\ngit -C ${repo.root} branch --quiet -D night` });
  const { code, stdout } = await repo.loop(1, "--target", "night");
  expect([code, stdout]).toEqual([0, expect.stringMatching(/1 blocked, 1 failed/)]);
  expect(stdout).toContain("`git branch night COMMIT` makes it again");
  expect(readFileSync(join(repo.worktree("RQ-0001"), "RQ-0001.txt"), "utf8")).toBe("one\n");

  repo.git("branch", "night", "main");
  expect((await repo.cueloop("run", "parallel", "retry", "--task", "RQ-0001")).code).toBe(0);
  expect((await repo.loop(1, "--target", "night")).code).toBe(0);
  expect(repo.landed("night").toSorted()).toEqual(["RQ-0001", "RQ-0002"]);
  expect(repo.turns("RQ-0001")).toBe(1);
});
