import { expect, test } from "bun:test";
import { join } from "node:path";
import { agentCalls, scriptedAgent } from "../support/agent.ts";
import { Repository, task } from "../support/repository.ts";

const GATE = { ci_gate: { enabled: true, argv: ["grep", "-q", "right", "work.txt"] } };
const RIGHT = { write: "work.txt", text: "right\n" };

function repositoryWith(script: Parameters<typeof scriptedAgent>[1], agent: Readonly<Record<string, unknown>>): Repository {
  const repo = new Repository();
  scriptedAgent(repo, script, { agent: { ...GATE, ...agent } });
  repo.books([task("RQ-0001", { title: "Write the file" })]).commit("start");
  return repo;
}

/** A bare repository that the current branch is pushed to. */
function addRemote(repo: Repository): string {
  const remote = join(repo.base, "remote.git");
  repo.git("init", "--quiet", "--bare", "--initial-branch=main", remote);
  repo.git("remote", "add", "origin", remote);
  repo.git("push", "--quiet", "--set-upstream", "origin", "main");
  return remote;
}

test("off: the books are written, the work stays uncommitted", async () => {
  using repo = repositoryWith([[RIGHT]], { git_publish_mode: "off" });
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(0);
  expect(repo.git("log", "--format=%s").trim()).toBe("start");
  expect(repo.git("status", "--porcelain").trim().split("\n").sort()).toEqual(
    ["?? work.txt", "M .cueloop/done.jsonc", " M .cueloop/queue.jsonc"].sort(),
  );
  expect(repo.done()).toMatchObject([{ id: "RQ-0001", status: "done" }]);
  const tree = /tree=([0-9a-f]+)/.exec(repo.read(".cueloop/done.jsonc"))?.[1] ?? "";
  expect(repo.git("rev-parse", "refs/cueloop/task/RQ-0001/result").trim()).toBe(tree);
  expect(repo.git("show", `${tree}:work.txt`)).toBe("right\n");
});

test("a flag decides over the configuration", async () => {
  using repo = repositoryWith([[RIGHT]], { git_publish_mode: "off" });
  expect((await repo.cueloop("run", "one", "--git-publish-mode", "commit")).code).toBe(0);
  expect(repo.git("log", "--format=%s", "-1").trim()).toBe("RQ-0001: Write the file");
});

test("commit_and_push: what was committed is on the remote", async () => {
  using repo = repositoryWith([[RIGHT]], { git_publish_mode: "commit_and_push" });
  addRemote(repo);
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(0);
  expect(repo.git("rev-parse", "origin/main")).toBe(repo.git("rev-parse", "main"));
  expect(repo.git("ls-remote", "origin", "main")).toContain(repo.git("rev-parse", "main").trim());
  expect(repo.git("log", "--format=%s", "-1").trim()).toBe("RQ-0001: Write the file");
});

test("commit_and_push: others' commits are taken in, and the gate proves the result before it is pushed", async () => {
  using repo = repositoryWith([[RIGHT]], { git_publish_mode: "commit_and_push" });
  const remote = addRemote(repo);
  const other = join(repo.base, "other");
  repo.git("clone", "--quiet", remote, other);
  repo.git("-C", other, "config", "user.name", "Bob");
  repo.git("-C", other, "config", "user.email", "bob@example.invalid");
  await Bun.write(join(other, "theirs.txt"), "theirs\n");
  repo.git("-C", other, "add", "--all");
  repo.git("-C", other, "commit", "--quiet", "-m", "theirs");
  repo.git("-C", other, "push", "--quiet");

  const run = await repo.cueloop("run", "one");

  expect(run.code).toBe(0);
  expect(repo.git("log", "--format=%s").trim().split("\n")).toEqual(["RQ-0001: Write the file", "theirs", "start"]);
  expect(repo.git("rev-parse", "origin/main")).toBe(repo.git("rev-parse", "main"));
  expect(run.stdout.split("gate passed (").length).toBe(3);
  const tree = /tree=([0-9a-f]+)/.exec(repo.git("show", "HEAD:.cueloop/done.jsonc"))?.[1] ?? "";
  expect(repo.git("show", `${tree}:theirs.txt`)).toBe("theirs\n");
});

test("commit_and_push without an upstream commits, and says how to set one", async () => {
  using repo = repositoryWith([[RIGHT]], { git_publish_mode: "commit_and_push" });
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(0);
  expect(run.stdout).toContain("git push --set-upstream origin main");
});

test("ignored books are not committed, and the task is done all the same", async () => {
  using repo = new Repository();
  scriptedAgent(repo, [[RIGHT]], { agent: { ...GATE, git_publish_mode: "commit" } });
  repo
    .write({ ".gitignore": ".cueloop/\n" })
    .books([task("RQ-0001", { title: "Write the file" })])
    .commit("start");
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(0);
  expect(repo.git("show", "--format=", "--name-only").trim()).toBe("work.txt");
  expect(repo.done()).toMatchObject([{ status: "done" }]);
});

test("a gate that writes files: the gate runs again on what was committed, and the evidence names that", async () => {
  using repo = repositoryWith([[RIGHT]], { git_publish_mode: "commit", ci_gate: { enabled: true, argv: ["sh", "gate.sh"] } });
  repo.write({ "gate.sh": "grep -q right work.txt && echo generated > generated.txt\n" }).commit("gate");

  const run = await repo.cueloop("run", "one");

  expect(run.code).toBe(0);
  expect(repo.git("status", "--porcelain")).toBe("");
  expect(repo.git("show", "HEAD:generated.txt")).toBe("generated\n");
  expect(repo.git("log", "--format=%s").trim().split("\n")).toEqual(["RQ-0001: Write the file", "gate", "start"]);
  const tree = /tree=([0-9a-f]+)/.exec(repo.git("show", "HEAD:.cueloop/done.jsonc"))?.[1] ?? "";
  expect(repo.git("diff", "--name-only", tree, "HEAD").trim().split("\n")).toEqual([".cueloop/done.jsonc", ".cueloop/queue.jsonc"]);
});

test("a git hook that spoils the work: commit and archive are taken back, and the agent repairs it", async () => {
  const hook = "#!/bin/sh\nif ! test -e .git/spoiled; then touch .git/spoiled; echo wrong > work.txt; git add work.txt; fi\n";
  using repo = repositoryWith([[RIGHT], [RIGHT]], { git_publish_mode: "commit" });
  repo.write({ ".git/hooks/pre-commit": hook });

  const run = await repo.cueloop("run", "one");

  expect(run.code).toBe(0);
  expect(run.stdout).toContain("taken back");
  expect(agentCalls(repo)).toHaveLength(2);
  expect(repo.git("log", "--format=%s").trim().split("\n")).toEqual(["RQ-0001: Write the file", "start"]);
  expect(repo.git("show", "HEAD:work.txt")).toBe("right\n");
  expect(repo.done()).toMatchObject([{ id: "RQ-0001", status: "done" }]);
  expect(repo.active()).toEqual([]);
});

test("a git hook that spoils the work for good: the task is doing again, at its place, and nothing is committed", async () => {
  using repo = repositoryWith([[RIGHT]], { git_publish_mode: "commit" });
  repo.write({ ".git/hooks/pre-commit": "#!/bin/sh\necho wrong > work.txt\ngit add work.txt\n" });

  const run = await repo.cueloop("run", "one", "--max-turns", "2");

  expect(run.code).toBe(1);
  expect(repo.git("log", "--format=%s").trim()).toBe("start");
  expect(repo.active()).toMatchObject([{ id: "RQ-0001", status: "doing" }]);
  expect(repo.done()).toEqual([]);
});

test("a refused commit leaves the task archived and the work staged", async () => {
  using repo = repositoryWith([[RIGHT]], { git_publish_mode: "commit" });
  repo.write({ ".git/hooks/pre-commit": "#!/bin/sh\necho 'not on a Friday' >&2\nexit 1\n" });
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("not on a Friday");
  expect(repo.done()).toMatchObject([{ status: "done" }]);
  expect(repo.git("diff", "--cached", "--name-only")).toContain("work.txt");
});

test("an agent that commits itself: its commit stays and is proven with the books on top", async () => {
  using repo = repositoryWith([[RIGHT, { run: "git add work.txt && git commit -q -m mine" }]], { git_publish_mode: "commit" });
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(0);
  expect(repo.git("log", "--format=%s").trim().split("\n")).toEqual(["RQ-0001: Write the file", "mine", "start"]);
  expect(repo.git("status", "--porcelain")).toBe("");
});

test("without a git identity nothing is begun", async () => {
  using repo = repositoryWith([[RIGHT]], { git_publish_mode: "commit" });
  repo.git("config", "--unset", "user.name");
  repo.git("config", "--unset", "user.email");
  repo.git("config", "user.useConfigOnly", "true");
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("user.name");
  expect(repo.active()).toMatchObject([{ status: "todo" }]);
});

test("without a gate a task is done with evidence that says so", async () => {
  using repo = repositoryWith([[RIGHT]], { git_publish_mode: "commit", ci_gate: { enabled: false } });
  expect((await repo.cueloop("run", "one")).code).toBe(0);
  expect(repo.read(".cueloop/done.jsonc")).toContain("gate=off");
});
