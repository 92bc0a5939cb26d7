import { expect, test } from "bun:test";
import { agentCalls, scriptedAgent } from "../support/agent.ts";
import { Repository, task } from "../support/repository.ts";

const GATE = { ci_gate: { enabled: true, argv: ["grep", "-q", "right", "work.txt"] } };
const RIGHT = { write: "work.txt", text: "right\n" };
const WRONG = { write: "work.txt", text: "wrong\n" };

function repositoryWith(script: Parameters<typeof scriptedAgent>[1], agent: Readonly<Record<string, unknown>> = {}): Repository {
  const repo = new Repository();
  scriptedAgent(repo, script, { agent: { ...GATE, git_publish_mode: "commit", ...agent } });
  repo.books([task("RQ-0001", { title: "Write the file" }), task("RQ-0002")]).commit("start");
  return repo;
}

test("`task done` of the own task is an opinion: the gate decides, its notes are kept", async () => {
  using repo = repositoryWith([[WRONG, { run: "cueloop task done --note 'looks fine' RQ-0001" }], [RIGHT]]);
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(0);
  expect(agentCalls(repo)).toHaveLength(2);
  expect(repo.done()).toMatchObject([{ id: "RQ-0001", status: "done", notes: ["looks fine"] }]);
  expect(repo.has(".cueloop/cache/outcomes/RQ-0001.json")).toBeFalse();
});

test("`task done` of the own task does not archive it when the gate stays red", async () => {
  using repo = repositoryWith([[WRONG, { run: "cueloop task done RQ-0001" }]]);
  expect((await repo.cueloop("run", "one", "--max-turns", "2")).code).toBe(1);
  expect(repo.active()).toMatchObject([{ id: "RQ-0001", status: "doing" }, { id: "RQ-0002" }]);
  expect(repo.done()).toEqual([]);
});

test("`task done` of another task is refused inside a run", async () => {
  using repo = repositoryWith([[RIGHT, { run: "cueloop task done RQ-0002" }]]);
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(0);
  expect(run.stdout).toContain("-> 1");
  expect(repo.active()).toMatchObject([{ id: "RQ-0002", status: "todo" }]);
});

test.each([1, 2, 3])(
  "a rejection in the first of %i phases ends the work; its changes are kept aside, the books are committed",
  async (phases) => {
    using repo = repositoryWith([[WRONG, { run: "cueloop task reject --note 'makes no sense' RQ-0001" }]], { phases });
    repo.write({ "work.txt": "before\n" }).commit("before");

    const run = await repo.cueloop("run", "one");

    expect(run.code).toBe(0);
    expect(agentCalls(repo)).toHaveLength(1);
    expect(run.stdout).not.toContain("gate");
    expect(repo.done()).toMatchObject([{ id: "RQ-0001", status: "rejected" }]);
    expect(repo.read("work.txt")).toBe("before\n");
    expect(repo.git("status", "--porcelain")).toBe("");
    const ref = repo.git("for-each-ref", "--format=%(refname)", "refs/cueloop/undone/RQ-0001/").trim();
    expect(repo.git("show", `${ref}:work.txt`)).toBe("wrong\n");
    expect(repo.read(".cueloop/done.jsonc")).toContain(ref);
    expect(repo.read(".cueloop/done.jsonc")).toContain("makes no sense");
    expect(repo.git("show", "--format=", "--name-only", "HEAD").trim().split("\n")).toEqual([
      ".cueloop/done.jsonc",
      ".cueloop/queue.jsonc",
    ]);
  },
);

test("a rejected task's files are gone from the tree, what others left there is not", async () => {
  using repo = repositoryWith([[{ write: "deep/er/new.txt", text: "new\n" }, { run: "rm old.txt; cueloop task reject RQ-0001" }]]);
  repo.write({ "old.txt": "old\n" }).commit("old");
  repo.write({ "mine.txt": "mine\n" });

  expect((await repo.cueloop("run", "one", "--force")).code).toBe(0);

  expect(repo.has("deep")).toBeFalse();
  expect(repo.read("old.txt")).toBe("old\n");
  expect(repo.read("mine.txt")).toBe("mine\n");
  expect(repo.git("status", "--porcelain").trim()).toBe("?? mine.txt");
});

test("a rejection with publishing off leaves the changes in the tree", async () => {
  using repo = repositoryWith([[WRONG, { run: "cueloop task reject RQ-0001" }]], { git_publish_mode: "off" });
  expect((await repo.cueloop("run", "one")).code).toBe(0);
  expect(repo.read("work.txt")).toBe("wrong\n");
  expect(repo.done()).toMatchObject([{ id: "RQ-0001", status: "rejected" }]);
});

test("follow-ups the agent proposes become tasks when the task is done, and this run leaves them alone", async () => {
  const proposal = {
    version: 1,
    source_task_id: "RQ-0001",
    tasks: [{ key: "more", title: "More of it", description: "There is more.", priority: "low", independence_rationale: "Separate." }],
  };
  using repo = repositoryWith([[RIGHT, { write: ".cueloop/cache/followups/RQ-0001.json", text: JSON.stringify(proposal) }]]);
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(0);
  expect(repo.active()).toMatchObject([{ id: "RQ-0002" }, { id: "RQ-0003", title: "More of it", relates_to: ["RQ-0001"] }]);
  expect(repo.has(".cueloop/cache/followups/RQ-0001.json")).toBeFalse();
  expect(repo.git("show", "HEAD:.cueloop/queue.jsonc")).toContain("More of it");
});

test("a proposal that is not valid is named and stays, the task is done", async () => {
  using repo = repositoryWith([[RIGHT, { write: ".cueloop/cache/followups/RQ-0001.json", text: '{"version":1}' }]]);
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(0);
  expect(run.stdout).toContain("cueloop task followups apply --task RQ-0001 --dry-run");
  expect(repo.has(".cueloop/cache/followups/RQ-0001.json")).toBeTrue();
});

test("an agent that archives the task by editing the files does not get around the gate", async () => {
  const done = { ...task("RQ-0001", { title: "Write the file" }), status: "done", completed_at: "2026-03-02T08:15:00.000000000Z" };
  const books = [
    { write: ".cueloop/queue.jsonc", text: JSON.stringify({ version: 1, tasks: [task("RQ-0002")] }) },
    { write: ".cueloop/done.jsonc", text: JSON.stringify({ version: 1, tasks: [done] }) },
  ];
  using repo = repositoryWith([[WRONG, ...books], [RIGHT]]);
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(0);
  expect(agentCalls(repo)).toHaveLength(2);
  expect(repo.done()).toMatchObject([{ id: "RQ-0001", status: "done" }]);
  expect(repo.read(".cueloop/done.jsonc")).toContain("gate=passed");
});

test("what an agent's edit of the queue left doubtful is mended, and can be taken back", async () => {
  const edited = [
    { ...task("RQ-0001", { title: "Write the file" }), status: "doing" },
    { ...task("RQ-0002"), updated_at: "2026-03-02T10:15:00+02:00" },
  ];
  using repo = repositoryWith([[RIGHT, { write: ".cueloop/queue.jsonc", text: JSON.stringify({ version: 1, tasks: edited }) }]]);
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(0);
  expect(repo.active()).toMatchObject([{ id: "RQ-0002", updated_at: "2026-03-02T08:15:00.000000000Z" }]);
});

test("an agent that breaks the queue file ends the run with the place of the damage", async () => {
  using repo = repositoryWith([[RIGHT, { write: ".cueloop/queue.jsonc", text: '{"version":1,"tasks":[{' }]]);
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("queue.jsonc");
  expect(repo.read("work.txt")).toBe("right\n");
});

test("an agent that removes its own task from the queue is told of, and its work stays", async () => {
  using repo = repositoryWith([[RIGHT, { write: ".cueloop/queue.jsonc", text: JSON.stringify({ version: 1, tasks: [task("RQ-0002")] }) }]]);
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("RQ-0001");
  expect(repo.read("work.txt")).toBe("right\n");
});

test("an agent cannot start a run of its own", async () => {
  using repo = repositoryWith([[RIGHT, { run: "cueloop run one --id RQ-0002" }]]);
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(0);
  expect(run.stdout).toContain("inside a run");
  expect(repo.active()).toMatchObject([{ id: "RQ-0002", status: "todo" }]);
});

test("`gate` inside a run is the run's own, whatever the agent writes into the configuration", async () => {
  const own = JSON.stringify({ version: 2, agent: { ci_gate: { enabled: true, argv: ["true"] } } });
  using repo = repositoryWith([
    [WRONG, { write: ".cueloop/config.jsonc", text: own }, { run: "cueloop gate" }, { run: "git checkout .cueloop/config.jsonc" }, RIGHT],
  ]);
  const run = await repo.cueloop("run", "one");
  expect(run.stdout).toContain("gate failed: grep -q right work.txt, exit 1");
  expect(run.code).toBe(0);
});
