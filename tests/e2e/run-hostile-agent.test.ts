import { expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { agentCalls, scriptedAgent, writeScript } from "../support/agent.ts";
import { executable, Repository, task } from "../support/repository.ts";

const GATE = { ci_gate: { enabled: true, argv: ["grep", "-q", "right", "work.txt"] } };
const RIGHT = { write: "work.txt", text: "right\n" };

function repositoryWith(script: Parameters<typeof scriptedAgent>[1], agent: Readonly<Record<string, unknown>> = {}): Repository {
  const repo = new Repository();
  scriptedAgent(repo, script, { agent: { ...GATE, git_publish_mode: "commit", ...agent } });
  repo.books([task("RQ-0001", { title: "Write the file" })]).commit("start");
  return repo;
}

test("an agent that makes a repository inside the work tree: its content cannot be kept, so nothing is archived or removed", async () => {
  using repo = repositoryWith([
    [RIGHT, { run: "git init -q nested && cd nested && touch x && git add x && git -c user.name=n -c user.email=n@n commit -qm x" }],
  ]);
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("nested/");
  expect(repo.has("nested/x")).toBeTrue();
  expect(repo.active()).toMatchObject([{ status: "doing" }]);
});

test("an agent that switches branches: nothing is committed on the wrong one", async () => {
  using repo = repositoryWith([[{ run: "git switch -qc elsewhere" }, RIGHT]]);
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("elsewhere");
  expect(run.stderr).toContain("git switch main");
  expect(repo.active()).toMatchObject([{ status: "doing" }]);
  expect(repo.git("log", "--all", "--format=%s").trim()).toBe("start");
});

test("an agent that leaves a merge conflict: nothing is archived, whatever the gate says", async () => {
  const clash = [
    "git checkout -q -b side && echo side > c.txt && git add c.txt && git commit -q -m side",
    "git checkout -q main && echo main > c.txt && git add c.txt && git commit -q -m main && ! git merge side",
  ];
  using repo = repositoryWith([[RIGHT, ...clash.map((run) => ({ run }))]]);
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("c.txt");
  expect(repo.active()).toMatchObject([{ id: "RQ-0001", status: "doing" }]);
  expect(repo.done()).toEqual([]);
});

test("an agent that changes files inside a submodule: no commit could hold them, so nothing is archived", async () => {
  using repo = repositoryWith([[RIGHT, { run: "echo changed > sub/file" }]]);
  const library = join(repo.base, "library");
  repo.git("init", "--quiet", library);
  writeFileSync(join(library, "file"), "as it was\n");
  const identity = ["-c", "user.name=Bob", "-c", "user.email=bob@example.invalid"];
  repo.git("-C", library, "add", "file");
  repo.git("-C", library, ...identity, "commit", "--quiet", "-m", "library");
  repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", library, "sub");
  repo.commit("submodule");
  repo.git("-C", repo.path("sub"), "config", "user.name", "Bob");
  repo.git("-C", repo.path("sub"), "config", "user.email", "bob@example.invalid");

  const run = await repo.cueloop("run", "one");

  expect(run.code).toBe(1);
  expect(run.stderr).toContain("inside a submodule");
  expect(repo.active()).toMatchObject([{ id: "RQ-0001", status: "doing" }]);
  expect(repo.read("sub/file")).toBe("changed\n");
  repo.git("-C", repo.path("sub"), "commit", "--quiet", "--all", "--message", "changed");
  expect((await repo.cueloop("run", "resume")).code).toBe(0);
  expect(repo.git("status", "--porcelain")).toBe("");
});

test("a ref that cannot be written when all is done is a warning: the task is done", async () => {
  const lock = ".git/refs/cueloop/task/RQ-0001/result.lock";
  using repo = repositoryWith([[RIGHT, { run: `mkdir -p "$(dirname ${lock})" && touch ${lock}` }]]);
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(0);
  expect(run.stdout).toContain("result.lock");
  expect(repo.done()).toMatchObject([{ id: "RQ-0001", status: "done" }]);
  expect(repo.has(".cueloop/cache/session.jsonc")).toBeFalse();
});

test("an agent that cleans everything ignored away does not take the run's own files with it", async () => {
  using repo = repositoryWith([[{ run: "git clean -fdxq -e .cueloop/trust.jsonc" }, RIGHT]]);
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(0);
  expect(repo.done()).toMatchObject([{ id: "RQ-0001", status: "done" }]);
  expect(repo.has(".cueloop/lock")).toBeFalse();
});

test("an agent that rewrites the trusted configuration: the run's own gate decides, and the change is named", async () => {
  const config = JSON.stringify({ version: 2, agent: { runner: "script", ci_gate: { enabled: true, argv: ["true"] } } });
  using repo = repositoryWith([[{ write: ".cueloop/config.jsonc", text: config }], [RIGHT]]);
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(0);
  expect(agentCalls(repo)).toHaveLength(2);
  expect(run.stderr).toContain("agent.ci_gate");
});

test("a usage limit that takes too long fails at once and names the time", async () => {
  const resetsAt = Math.floor(Date.now() / 1000) + 3600;
  const limit = JSON.stringify({ type: "rate_limit_event", rate_limit_info: { status: "rejected", resetsAt } });
  using repo = repositoryWith([[{ line: limit }, { exit: 1 }]]);
  const run = await repo.cueloop("run", "one", "--limit-wait", "0");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("--limit-wait");
  expect(agentCalls(repo)).toHaveLength(1);
});

test("a usage limit is waited for; a stop request ends the wait, the task stays doing", async () => {
  const resetsAt = Math.floor(Date.now() / 1000) + 3600;
  const limit = JSON.stringify({ type: "rate_limit_event", rate_limit_info: { status: "rejected", resetsAt } });
  using repo = repositoryWith([[{ line: limit }, { exit: 1 }]]);
  const run = repo.start([executable, "run", "loop"]);
  const reader = run.stdout.getReader();
  let seen = "";
  while (!seen.includes("usage limit")) {
    const { value, done } = await reader.read();
    if (done) break;
    seen += new TextDecoder().decode(value);
  }
  reader.releaseLock();

  expect((await repo.cueloop("queue", "stop")).code).toBe(0);

  expect(await run.exited).toBe(0);
  expect(repo.active()).toMatchObject([{ id: "RQ-0001", status: "doing" }]);
  expect(repo.has(".cueloop/cache/session.jsonc")).toBeTrue();
  expect(repo.has(".cueloop/cache/stop_requested")).toBeFalse();
  writeScript(repo, [[RIGHT]]);
  expect((await repo.cueloop("run", "loop", "--resume")).code).toBe(0);
});

test("a task that names a plugin as its runner is not run in a repository nobody trusts", async () => {
  using repo = repositoryWith([[RIGHT]]);
  repo.write({ ".cueloop/config.jsonc": JSON.stringify({ version: 2 }) });
  repo.books([task("RQ-0001", { agent: { runner: "script" } })]).commit("task with a runner");
  repo.git("rm", "-rq", "--cached", ".");
  repo.commit("again");
  rmSync(repo.path(".cueloop/trust.jsonc"));
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("needs your trust");
  expect(repo.active()).toMatchObject([{ status: "todo" }]);
});

test("a rejection in a project below the top level moves aside what was changed in it and beside it", async () => {
  using repo = repositoryWith([[RIGHT, { write: "../beside.txt", text: "x\n" }, { run: "cueloop task reject RQ-0001" }]]);
  await repo.run(["sh", "-c", "mkdir project && mv .cueloop .gitignore project/"]);
  repo.commit("moved");

  const run = await repo.run([executable, "run", "one"], { cwd: "project" });

  expect(run.code).toBe(0);
  expect(repo.has("project/work.txt")).toBeFalse();
  expect(repo.has("beside.txt")).toBeFalse();
  expect(repo.git("status", "--porcelain")).toBe("");
  expect(repo.git("log", "--format=%s", "-1").trim()).toBe("RQ-0001: Write the file");
});
