import { expect, test } from "bun:test";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Team } from "../support/team.ts";

const two = () => new Team({ "RQ-0001": {}, "RQ-0002": {} });

test("somebody's directory where a worktree would be: the task fails and says so, the directory stays, the rest goes on", async () => {
  using repo = two();
  const taken = repo.worktree("RQ-0001");
  mkdirSync(taken, { recursive: true });
  writeFileSync(join(taken, "mine.txt"), "mine\n");
  let first = "";
  for (const _ of ["a first start", "another one"]) {
    const { code, stdout, stderr } = await repo.loop(2);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("WARN")]);
    first = first === "" ? stdout : first;
    expect(stdout).toMatch(new RegExp(`RQ-0001 .*: failed: ${taken} is there already and is no worktree of ours`));
    expect(stdout).toContain("parallel.workspace_root");
    expect(stdout).not.toContain("retry --task");
    expect(readFileSync(join(taken, "mine.txt"), "utf8")).toBe("mine\n");
    expect(repo.worker("RQ-0001")).toMatchObject({ lifecycle: "failed" });
  }
  const commit = repo.git("rev-parse", "refs/cueloop/task/RQ-0002/result").slice(0, 12);
  expect(commit).not.toBe(repo.git("rev-parse", "main").slice(0, 12));
  expect(first).toContain(`RQ-0002 Do RQ-0002: ${commit} on main`);
  expect(repo.landed()).toEqual(["RQ-0002"]);
});

test("a branch of a person's that is named as a task's stays", async () => {
  using repo = two();
  repo.git("checkout", "--quiet", "-b", "cueloop/RQ-0001");
  repo.write({ "own.txt": "own\n" }).commit("own");
  const tip = repo.git("rev-parse", "HEAD").trim();
  repo.git("checkout", "--quiet", "main");
  for (const _ of ["a first start", "another one"]) {
    const { code, stdout } = await repo.loop(2);
    expect(code).toBe(0);
    expect(stdout).toMatch(/RQ-0001 .*: failed: The branch `cueloop\/RQ-0001` for RQ-0001 exists already/);
    expect(stdout).toContain("git branch -m");
    expect(repo.git("rev-parse", "cueloop/RQ-0001").trim()).toBe(tip);
    expect(repo.salvaged("RQ-0001")).toEqual([]);
  }
  expect(repo.landed()).toEqual(["RQ-0002"]);
});

test("where no worktree can be made, nothing is begun", async () => {
  using repo = two();
  const place = dirname(dirname(dirname(repo.worktree("RQ-0001"))));
  writeFileSync(place, "a file\n");
  const { code, stdout, stderr } = await repo.loop(2);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain(`${place} is not a directory`);
  expect(stderr).toContain("parallel.workspace_root");
});

test("edits in the checkout that stand in a result's way: the rest goes on, then the task is blocked, and lands once they are gone", async () => {
  using repo = two();
  const mine = repo.path("RQ-0001.txt");
  repo.deeds({
    "RQ-0001": `echo mine > ${mine}\necho one > RQ-0001.txt`,
    "RQ-0002": "echo two > RQ-0002.txt\nsleep 1",
  });
  const { code, stdout } = await repo.loop(2);
  expect(code).toBe(0);
  expect(stdout).toMatch(/RQ-0001 .*: blocked: .* stand in the way: RQ-0001\.txt/);
  expect(stdout.match(/RQ-0001 \| waits/g)?.length).toBeLessThan(4);
  expect(repo.landed()).toEqual(["RQ-0002"]);
  expect(readFileSync(mine, "utf8")).toBe("mine\n");
  expect(repo.worker("RQ-0001")).toMatchObject({ lifecycle: "blocked_push" });

  rmSync(mine);
  expect((await repo.cueloop("run", "parallel", "retry", "--task", "RQ-0001")).code).toBe(0);
  expect((await repo.loop(1)).code).toBe(0);
  expect(repo.landed()).toEqual(["RQ-0002", "RQ-0001"]);
  expect(repo.turns("RQ-0001")).toBe(1);
});
