import { expect, test } from "bun:test";
import { Team } from "../support/team.ts";

const TASKS = { "RQ-0001": {} };

test.each([
  ["held on its branch", () => new Team(TASKS, { publish: "off" }), [], "git merge cueloop/RQ-0001"],
  ["on another branch", () => new Team(TASKS), ["--target", "night"], "git merge night"],
  [
    "blocked",
    () => new Team(TASKS, { gate: "test ! -e RQ-0001.txt", config: { parallel: { max_push_attempts: 1 } } }),
    [],
    "cueloop run parallel retry --task RQ-0001",
  ],
])("a loop without workers leaves a task alone whose finished work is %s, and says what brings it in", async (_, team, flags, way) => {
  using repo = team();
  expect((await repo.loop(1, ...flags)).code).toBe(0);
  expect(repo.turns("RQ-0001")).toBe(1);
  const { code, stdout } = await repo.cueloop("run", "loop");
  expect([code, stdout]).toEqual([0, expect.stringMatching(/Left alone: RQ-0001; .*/)]);
  expect(stdout).toContain(way);
  expect(repo.turns("RQ-0001")).toBe(1);
});

test("by name it is worked anew; so it is where somebody deleted the branch", async () => {
  using repo = new Team({ "RQ-0001": {}, "RQ-0002": {} }, { publish: "off" });
  expect((await repo.loop(2)).code).toBe(0);
  expect((await repo.cueloop("run", "one", "--id", "RQ-0001")).code).toBe(0);
  expect([repo.turns("RQ-0001"), repo.turns("RQ-0002")]).toEqual([2, 1]);
  repo.commit("by hand");
  repo.git("branch", "--quiet", "-D", "cueloop/RQ-0002");
  expect((await repo.cueloop("run", "loop")).code).toBe(0);
  expect(repo.turns("RQ-0002")).toBe(2);
});
