import { expect, test } from "bun:test";
import { agentCalls, scriptedAgent, writeScript } from "../support/agent.ts";
import { Repository, task } from "../support/repository.ts";

const GATE = { ci_gate: { enabled: true, argv: ["sh", "gate.sh"] } };

/** Three tasks, each depending on the one before, listed in the wrong order. */
function chain(): Record<string, unknown>[] {
  return [
    task("RQ-0003", { title: "Third", depends_on: ["RQ-0002"] }),
    task("RQ-0002", { title: "Second", depends_on: ["RQ-0001"] }),
    task("RQ-0001", { title: "First" }),
  ];
}

function repositoryWith(script: Parameters<typeof scriptedAgent>[1], agent: Readonly<Record<string, unknown>> = {}): Repository {
  const repo = new Repository();
  scriptedAgent(repo, script, { agent: { ...GATE, git_publish_mode: "commit", ...agent } });
  repo.write({ "gate.sh": "! grep -l broken *.txt\n" });
  repo.books(chain()).commit("start");
  return repo;
}

const file = (name: string, text = "fine\n") => ({ write: `${name}.txt`, text });
const THREE = [[file("one")], [file("two")], [file("three")]];

test("three dependent tasks are worked in the order of their dependencies, a commit each", async () => {
  using repo = repositoryWith(THREE);
  const run = await repo.cueloop("run", "loop");
  expect(run.code).toBe(0);
  expect(run.stdout).toContain("Nothing is left to do. Tasks worked: 3.");
  expect(agentCalls(repo).map((call) => call.task)).toEqual(["RQ-0001", "RQ-0002", "RQ-0003"]);
  expect(repo.git("log", "--format=%s").trim().split("\n")).toEqual(["RQ-0003: Third", "RQ-0002: Second", "RQ-0001: First", "start"]);
  expect(repo.git("status", "--porcelain")).toBe("");
  expect(repo.has(".cueloop/cache/session.jsonc")).toBeFalse();
});

test("with publishing off a loop goes on over what its own tasks left in the tree", async () => {
  using repo = repositoryWith(THREE, { git_publish_mode: "off" });
  const run = await repo.cueloop("run", "loop");
  expect(run.code).toBe(0);
  expect(repo.done()).toHaveLength(3);
  expect(repo.git("log", "--format=%s").trim()).toBe("start");
});

test("with publishing off a loop stops at a change that is not its own", async () => {
  using repo = repositoryWith([[file("one")], [file("two")]], { git_publish_mode: "off", ci_gate: { enabled: false } });
  repo.write({ "mine.txt": "mine\n" });
  const run = await repo.cueloop("run", "loop");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("mine.txt");
  expect(repo.done()).toHaveLength(0);
});

test("--max-tasks ends the loop after so many", async () => {
  using repo = repositoryWith(THREE);
  const run = await repo.cueloop("run", "loop", "--max-tasks", "2");
  expect(run.code).toBe(0);
  expect(run.stdout).toContain("Tasks worked: 2.");
  expect(repo.active()).toMatchObject([{ id: "RQ-0003", status: "todo" }]);
});

test("a failed task ends the loop with its error, and says where the work is", async () => {
  using repo = repositoryWith([[file("one")], [file("two", "broken\n")]]);
  const run = await repo.cueloop("run", "loop", "--max-turns", "2");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("RQ-0002");
  expect(run.stderr).toContain("in the tree");
  expect(repo.active()).toMatchObject([{ id: "RQ-0003" }, { id: "RQ-0002", status: "doing" }]);
  expect(repo.done()).toMatchObject([{ id: "RQ-0001" }]);
});

test("a resume takes up the failed task first, and counts it once", async () => {
  using repo = repositoryWith([[file("one")], [file("two", "broken\n")]]);
  await repo.cueloop("run", "loop", "--max-turns", "1");
  writeScript(repo, [[file("two")], [file("three")]]);
  const again = await repo.cueloop("run", "resume");
  expect(again.code).toBe(0);
  expect(agentCalls(repo).map((call) => call.task)).toEqual(["RQ-0002", "RQ-0003"]);
  expect(repo.done()).toHaveLength(3);
});

test("a stop request ends the loop after the task in progress and is used up", async () => {
  using repo = repositoryWith([[{ run: "mkdir -p .cueloop/cache; echo now > .cueloop/cache/stop_requested" }, file("one")]]);
  const run = await repo.cueloop("run", "loop");
  expect(run.code).toBe(0);
  expect(run.stdout).toContain("Stopped on request. Tasks worked: 1.");
  expect(repo.has(".cueloop/cache/stop_requested")).toBeFalse();
  expect(repo.active()).toMatchObject([{ id: "RQ-0003" }, { id: "RQ-0002", status: "todo" }]);
});

test("a stop request from before the loop was for another one", async () => {
  using repo = repositoryWith(THREE);
  repo.write({ ".cueloop/cache/stop_requested": "yesterday\n" });
  expect((await repo.cueloop("run", "loop")).stdout).toContain("Tasks worked: 3.");
});

test("an empty queue and one that waits end the loop quietly, each with its reason", async () => {
  using repo = repositoryWith([]);
  repo.books([]).commit("empty");
  expect(await repo.cueloop("run", "loop")).toMatchObject({ code: 0 });
  repo.books([task("RQ-0001", { scheduled_start: "2999-01-01T00:00:00Z" })]).commit("later");
  const blocked = await repo.cueloop("run", "loop");
  expect(blocked.code).toBe(0);
  expect(blocked.stdout).toContain("queue explain");
});

test("tasks an agent makes during the loop wait for another run, unless they are asked for", async () => {
  const request = JSON.stringify({ version: 1, tasks: [{ key: "new", title: "New one" }] });
  const makes = [file("one"), { run: `printf '%s' '${request}' | cueloop task insert` }];
  using repo = repositoryWith([makes]);
  repo.books([task("RQ-0001", { title: "First" })]).commit("one task");

  const run = await repo.cueloop("run", "loop");

  expect(run.code).toBe(0);
  expect(run.stdout).toContain("RQ-0002");
  expect(repo.active()).toMatchObject([{ id: "RQ-0002", title: "New one", status: "todo" }]);
  writeScript(repo, [makes, [file("two")]]);
  repo.books([task("RQ-0001", { title: "First" })]).commit("again");
  expect((await repo.cueloop("run", "loop", "--include-new")).stdout).toContain("Tasks worked: 2.");
});

test("a second run is refused while the first one holds the queue", async () => {
  using repo = repositoryWith([[{ hang: "hanging" }]]);
  const { executable } = await import("../support/repository.ts");
  const first = repo.start([executable, "run", "one"]);
  await repo.appeared("hanging");
  const second = await repo.cueloop("run", "loop");
  expect(second.code).toBe(1);
  expect(second.stderr).toContain("Queue lock already held");
  first.kill("SIGINT");
  expect(await first.exited).toBe(1);
});
