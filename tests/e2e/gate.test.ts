import { expect, test } from "bun:test";
import { scriptedAgent } from "../support/agent.ts";
import { executable, Repository, task } from "../support/repository.ts";

function repositoryWith(gate: unknown): Repository {
  const repo = new Repository();
  scriptedAgent(repo, [], { agent: { ci_gate: gate } });
  repo.books([task("RQ-0001")]).commit("start");
  return repo;
}

test("the gate of the checkout runs, its output is shown, nothing is recorded", async () => {
  using repo = repositoryWith({ enabled: true, argv: ["sh", "gate.sh"] });
  repo.write({ "gate.sh": 'echo "task $CUELOOP_TASK_ID"; echo oops >&2; exit 4\n' }).commit("gate");
  const before = repo.git("count-objects");
  const run = await repo.cueloop("gate", "--id", "RQ-0001");
  expect(run.code).toBe(1);
  expect(run.stdout).toContain("task RQ-0001\n");
  expect(run.stdout).toContain("gate failed: sh gate.sh, exit 4");
  expect(repo.git("count-objects")).toBe(before);
  expect(repo.has(".cueloop/logs/runs")).toBeFalse();
});

test("as JSON the report is alone on stdout", async () => {
  using repo = repositoryWith({ enabled: true, argv: ["echo", "hello there"] });
  const run = await repo.cueloop("gate", "--format", "json");
  expect(run.code).toBe(0);
  expect(JSON.parse(run.stdout)).toMatchObject({
    version: 1,
    enabled: true,
    passed: true,
    display: 'echo "hello there"',
    exit_code: 0,
    hooks: [],
  });
  expect(run.stderr).toContain("hello there");
});

test("without a gate it says so", async () => {
  using repo = repositoryWith({ enabled: false });
  expect(await repo.cueloop("gate")).toMatchObject({ code: 0 });
  expect(JSON.parse((await repo.cueloop("gate", "--format", "json")).stdout)).toMatchObject({
    enabled: false,
    passed: null,
    display: "disabled",
  });
});

test.each([
  [["no-such-program-here"], "not found"],
  [["sh", "-c", "true"], "shell"],
])("%j cannot be a gate", async (argv, reason) => {
  using repo = repositoryWith({ enabled: true, argv });
  const run = await repo.cueloop("gate");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain(reason);
});

test("a task that does not exist is named", async () => {
  using repo = repositoryWith({ enabled: true, argv: ["true"] });
  const run = await repo.run([executable, "gate", "--id", "RQ-0999"]);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("RQ-0999");
});
