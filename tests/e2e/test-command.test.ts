import { expect, test } from "bun:test";
import { scriptedAgent } from "../support/agent.ts";
import { executable, Repository, task } from "../support/repository.ts";

const CONFIG = `import { defineConfig } from "cueloop";
export default defineConfig(({ config }) => ({
  agent: { git_publish_mode: config.agent.git_publish_mode === "off" ? "commit" : undefined },
  hooks: {
    beforeTask: ({ task }) => (task.tags.includes("later") ? { skip: "it can wait" } : undefined),
    beforeCommit: ({ task, message }) => {
      const ticket = task.custom_fields.ticket;
      return ticket === undefined ? { refuse: "no ticket" } : { message: message + "\\n\\nTicket: " + ticket };
    },
    gate: async ({ repo }) => ((await repo.read("broken")) === null ? { ok: true } : { ok: false, output: "it is broken" }),
    onEvent: ({ event }) => { if (event.kind === "task_selected") console.log("selected", event.task_id); },
  },
}));
`;

const TESTS = `import { expect, test } from "bun:test";
import { CueLoopError } from "cueloop";
import { fakeRepo, runInRepo, scriptedRunner } from "cueloop/testing";
import config from "./cueloop.config.ts";

test("a commit has its ticket", async () => {
  using repo = fakeRepo({ config, tasks: [{ title: "Do it", custom_fields: { ticket: "T-7" } }], files: { "a.txt": "a" } });
  const usage = { input_tokens: 100, output_tokens: 10, cost: 0.5 };
  const { outcome, error, events, asked } = await runInRepo(repo, { task: "RQ-0001", runner: scriptedRunner([{ write: { "b.txt": "b" }, usage }]) });
  expect(error).toBeNull();
  expect(outcome).toMatchObject({ taskId: "RQ-0001", outcome: "done" });
  expect(repo.git("log", "-1", "--format=%B")).toContain("Ticket: T-7");
  expect(repo.read("b.txt")).toBe("b");
  expect(asked.map(({ task, resumed }) => [task, resumed])).toEqual([["RQ-0001", false]]);
  expect(asked[0].prompt).toContain("Do it");
  expect(events.find((event) => event.kind === "task_finished")?.payload.usage).toMatchObject({ input_tokens: 100, output_tokens: 10, cost: 0.5 });
  expect((await repo.queue.done()).map(({ id }) => id)).toEqual(["RQ-0001"]);
});

test("without one it is refused", async () => {
  using repo = fakeRepo({ config, tasks: [{}] });
  const { error, outcome } = await runInRepo(repo, { task: "RQ-0001", runner: scriptedRunner([{ write: { "b.txt": "b" } }]) });
  expect(outcome).toBeNull();
  expect(error).toBeInstanceOf(CueLoopError);
  expect(error.message).toContain("no ticket");
});

test("a broken tree goes back to the agent", async () => {
  using repo = fakeRepo({ config, tasks: [{ custom_fields: { ticket: "T-1" } }] });
  const runner = scriptedRunner([{ write: { broken: "" } }, { remove: ["broken"], write: { "c.txt": "" } }]);
  const { asked, outcome, log } = await runInRepo(repo, { runner, maxTasks: 1 });
  expect(outcome).toMatchObject({ outcome: "completed", succeeded: 1 });
  expect(asked[1]).toMatchObject({ resumed: true, prompt: expect.stringContaining("it is broken") });
});

test("workers would not have these hooks", async () => {
  using repo = fakeRepo({ config, tasks: [{}] });
  await expect(runInRepo(repo, { parallel: 2 } as object)).rejects.toThrow("one task after the other");
});

test("what can wait is skipped", async () => {
  using repo = fakeRepo({ config, tasks: [{ tags: ["later"] }, { status: "done" }] });
  const { outcome } = await runInRepo(repo);
  expect(outcome).toMatchObject({ outcome: "no_candidates", attempted: 0 });
  expect((await repo.queue.done()).length).toBe(1);
});
`;

function withTests(): Repository {
  const repo = new Repository();
  repo
    .books([task("RQ-0001")])
    .write({ "cueloop.config.ts": CONFIG, "hooks.test.ts": TESTS })
    .commit();
  return repo;
}

test("the repository's tests run its hooks in repositories of their own", async () => {
  using repo = withTests();
  const before = repo.read(".cueloop/queue.jsonc");
  const { code, stderr } = await repo.cueloop("test");
  expect(stderr).toContain(" 5 pass");
  expect([code, stderr.includes(" 0 fail")], stderr).toEqual([0, true]);
  expect(repo.read(".cueloop/queue.jsonc")).toBe(before);
  expect(repo.git("status", "--porcelain")).toBe("");
});

test("files and options of the test runner are passed on; a failing test is exit 1", async () => {
  using repo = withTests();
  repo.write({ "other.test.ts": 'import { expect, test } from "bun:test";\ntest("fails", () => expect(1).toBe(2));\n' });
  const one = await repo.cueloop("test", "hooks", "--", "--test-name-pattern", "skipped");
  expect([one.code, one.stderr.includes(" 1 pass")], one.stderr).toEqual([0, true]);
  const other = await repo.cueloop("test", "other.test.ts");
  expect([other.code, other.stderr.includes(" 1 fail")]).toEqual([1, true]);
});

test("inside a run only the gate may run them", async () => {
  using repo = withTests();
  repo.write({
    "small.test.ts":
      'import { expect, test } from "bun:test";\nimport { version } from "cueloop";\ntest("x", () => expect(version).toBeString());\n',
  });
  scriptedAgent(repo, [[{ run: "cueloop test small" }, { write: "a.txt", text: "" }]], {
    agent: { ci_gate: { enabled: true, argv: [executable, "test", "small"] } },
  });
  repo.commit();
  const { stdout, code } = await repo.cueloop("run", "one", "--no-config-ts", "--id", "RQ-0001", "--non-interactive");
  expect(stdout).toContain("cueloop test small -> 1");
  expect(stdout).toContain("does not work from inside a run");
  expect([code, repo.done().length], stdout).toEqual([0, 1]);
});
