import { expect, test } from "bun:test";
import { Team } from "../support/team.ts";

test("a remote that has no such branch yet gets it with the first result, without a warning", async () => {
  using repo = new Team({ "RQ-0001": {}, "RQ-0002": {} }, { publish: "commit_and_push" });
  repo.git("push", "--quiet", "origin", "main:other");
  repo.git("-C", repo.remote, "symbolic-ref", "HEAD", "refs/heads/other");
  repo.git("push", "--quiet", "origin", ":main");
  const { code, stdout, stderr } = await repo.loop(2);
  expect([code, stderr]).toEqual([0, expect.not.stringContaining("WARN")]);
  expect(stdout).not.toContain("warning");
  expect(repo.landed().toSorted()).toEqual(["RQ-0001", "RQ-0002"]);
  expect(repo.git("ls-remote", "origin", "main").split("\t")[0]).toBe(repo.git("rev-parse", "main").trim());
});
