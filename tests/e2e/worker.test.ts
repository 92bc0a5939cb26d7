import { afterEach, beforeEach, expect, test } from "bun:test";
import { agentCalls, scriptedAgent } from "../support/agent.ts";
import { Coordinated, eventsOf, stepsOf, TOKEN } from "../support/coordinated.ts";
import { Repository, task } from "../support/repository.ts";

let repository: Repository;

beforeEach(() => {
  repository = new Repository();
});
afterEach(() => repository[Symbol.dispose]());

const TASK = task("RQ-0001", { title: "Greet in French", request: "Say bonjour" });
const PLAN = { run: "mkdir -p .cueloop/cache/plans && echo plan > .cueloop/cache/plans/RQ-0001.md" };

test.each([
  [1, [[{ write: "greeting.txt", text: "bonjour\n" }, { say: "done" }]]],
  [2, [[PLAN], [{ write: "greeting.txt", text: "bonjour\n" }]]],
  [3, [[PLAN], [{ write: "greeting.txt", text: "salut\n" }], [{ write: "greeting.txt", text: "bonjour\n" }]]],
])("a task in %i phases is committed, gated and ready", async (phases, script) => {
  repository.write({ "gate.sh": "grep -q bonjour greeting.txt\n" }).books([TASK]);
  scriptedAgent(repository, script, { agent: { phases, ci_gate: { enabled: true, argv: ["sh", "gate.sh"] } } });
  repository.commit("start");
  const work = await Coordinated.open(repository, TASK);
  const end = await work.work();
  expect([end.code, end.stdout, end.stderr]).toEqual([0, "", ""]);
  expect(stepsOf(end)).toEqual(["phases", "integrating", "ready"]);
  const tip = work.git("rev-parse", "cueloop/RQ-0001").trim();
  expect(work.result).toMatchObject({
    token: TOKEN,
    outcome: "ready",
    base: work.base,
    tip,
    changed: true,
    ci: { ran: true, passed: true },
    attempts: 1,
    turns: phases,
    agent: { runner: "script", model: "scripted" },
    history: { task_id: "RQ-0001", phase_count: phases },
  });
  expect(work.result?.evidence).toContain("gate=passed exit=0");
  expect(work.commits).toEqual(["RQ-0001: Greet in French"]);
  expect(work.git("status", "--porcelain")).toBe("");
  expect(work.account).toMatchObject({ step: "ready", attempt: 1, turns: phases, finished: true });
  const kinds = eventsOf(end).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === "phase_completed")).toHaveLength(phases);
  expect(kinds).toContain("config_resolved");
  expect(end.messages.filter(({ kind }) => kind === "turn")).toHaveLength(2 * phases);
  // The coordinator's checkout and the target are as they were.
  expect(repository.git("status", "--porcelain")).toBe("");
  expect(repository.git("rev-parse", "main").trim()).toBe(work.base);
  expect(repository.active()).toMatchObject([{ status: "todo" }]);
});

test("prompts tell the agent that it is a parallel worker and may not refresh the task", async () => {
  repository.books([TASK]);
  scriptedAgent(repository, [[PLAN], [{ say: "done" }]], { agent: { phases: 2 } });
  repository.commit("start");
  await (await Coordinated.open(repository, TASK)).work();
  const [planning, implementation] = agentCalls(repository).map(({ prompt }) => prompt);
  expect(planning).toContain("Do not edit the queue file in this run");
  expect(implementation).toContain("Run mode: `parallel-worker`");
});
