import { expect, test } from "bun:test";
import { join } from "node:path";
import { scriptedAgent, writeScript } from "../support/agent.ts";
import { executable, Repository, task } from "../support/repository.ts";

test("a run in another worktree of the repository leaves an interrupted one its refs", async () => {
  using repo = new Repository();
  scriptedAgent(repo, [[{ write: "work.txt", text: "half\n" }, { hang: "hanging" }]], { agent: { git_publish_mode: "commit" } });
  repo.books([task("RQ-0001"), task("RQ-0002")]).commit("start");
  const run = repo.start([executable, "run", "one"]);
  await repo.appeared("hanging");
  run.kill("SIGKILL");
  await run.exited;
  const refs = () => repo.git("for-each-ref", "refs/cueloop/run/");
  const before = refs();
  expect(before.trim().split("\n")).toHaveLength(2);

  const other = join(repo.base, "other");
  repo.git("worktree", "add", "--quiet", other, "-b", "other");
  await repo.run(["sh", "-c", `cp -r .cueloop/plugins .cueloop/config.jsonc .cueloop/trust.jsonc ${other}/.cueloop/`]);
  writeScript(repo, [[{ write: "two.txt", text: "two\n" }]]);
  const there = await repo.run(["sh", "-c", `cd ${other} && "${executable}" run one --id RQ-0002`]);
  expect(there).toMatchObject({ code: 0 });
  expect(refs()).toBe(before);

  writeScript(repo, [[{ write: "whole.txt", text: "whole\n" }]]);
  expect((await repo.cueloop("run", "resume", "--max-turns", "3")).code).toBe(0);
  expect(repo.git("show", "HEAD:work.txt")).toBe("half\n");
});
