import { expect, test } from "bun:test";
import { agentCalls, scriptedAgent } from "../support/agent.ts";
import { Repository, task } from "../support/repository.ts";

const GATE = { ci_gate: { enabled: true, argv: ["grep", "-q", "right", "work.txt"] } };

test("one task, one phase: the agent works, the gate passes, the commit holds the work and the books", async () => {
  using repo = new Repository();
  scriptedAgent(repo, [[{ write: "work.txt", text: "right\n" }]], { agent: { ...GATE, git_publish_mode: "commit" } });
  repo.books([task("RQ-0001", { title: "Write the file" })]).commit("start");

  const run = await repo.cueloop("run", "one");

  expect(run.stderr).not.toContain("Error");
  expect(run.code).toBe(0);
  expect(repo.git("log", "--format=%s", "-1").trim()).toBe("RQ-0001: Write the file");
  expect(repo.git("status", "--porcelain")).toBe("");
  expect(repo.active()).toEqual([]);
  expect(agentCalls(repo)).toHaveLength(1);
});
