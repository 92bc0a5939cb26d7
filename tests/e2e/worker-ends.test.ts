import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { agentCalls, type Script, scriptedAgent, writeScript } from "../support/agent.ts";
import { Coordinated, eventsOf, stepsOf } from "../support/coordinated.ts";
import { isAlive } from "../support/leftovers.ts";
import { Repository, task } from "../support/repository.ts";

let repository: Repository;

beforeEach(() => {
  repository = new Repository();
});
afterEach(() => repository[Symbol.dispose]());

const TASK = task("RQ-0001", { title: "Greet in French" });

async function opened(
  script: Script,
  setting: { readonly agent?: Readonly<Record<string, unknown>>; readonly attempts?: number; readonly ignoreBooks?: boolean } = {},
): Promise<Coordinated> {
  repository.books([TASK]);
  scriptedAgent(repository, script, { agent: setting.agent ?? {} });
  const config: Record<string, unknown> = JSON.parse(repository.read(".cueloop/config.jsonc"));
  const parallel = { push_backoff_ms: [], ...(setting.attempts === undefined ? {} : { max_push_attempts: setting.attempts }) };
  repository.write({ "greeting.txt": "hello\n", ".cueloop/config.jsonc": JSON.stringify({ ...config, parallel }) });
  if (setting.ignoreBooks === true) {
    repository.write({ ".gitignore": `${repository.read(".gitignore")}.cueloop/queue.jsonc\n.cueloop/done.jsonc\n` });
  }
  repository.commit("start");
  return Coordinated.open(repository, TASK, { copyBooks: setting.ignoreBooks === true });
}

test.each([
  ["tracked", false],
  ["untracked", true],
])("a rejection ends the work at once, books %s", async (_, ignoreBooks) => {
  const reject = { run: 'cueloop task reject --note "it is a duplicate" RQ-0001' };
  const work = await opened([[{ write: "half.txt", text: "x" }, reject]], {
    ignoreBooks,
    agent: { ci_gate: { enabled: true, argv: ["false"] } },
  });
  const end = await work.work();
  expect([end.code, end.stderr, stepsOf(end)]).toEqual([0, "", ["phases", "ready"]]);
  expect(work.result).toMatchObject({ outcome: "rejected", notes: ["it is a duplicate"], changed: false, ci: { ran: false } });
  expect(eventsOf(end).some(({ kind }) => kind === "outcome_recorded")).toBe(true);
  expect(work.commits).toEqual([]);
  const done = work.read(".cueloop/done.jsonc");
  expect(done.includes('"rejected"')).toBe(ignoreBooks);
});

test("an agent that fails before the phases are finished fails the task", async () => {
  const work = await opened([[{ write: "half.txt", text: "x" }, { stderr: "no such model" }, { exit: 1 }]]);
  const end = await work.work();
  expect([end.code, work.result?.outcome, work.marker]).toEqual([1, "failed", null]);
  expect(work.result?.reason).toContain("script");
  expect(work.result?.reason).toContain("Nothing was undone: the task is worked in a worktree of its own.");
  expect(end.stderr).toContain(work.result?.reason?.split("\n")[0] ?? "?");
  expect(existsSync(join(work.path, "half.txt"))).toBe(true);
});

test.each([
  ["in the phases", [[{ write: "a", text: "a" }, { kill: "SIGTERM" }], [{ kill: "SIGTERM" }]], "failed"],
  ["while integrating", [[{ write: "bad", text: "" }], [{ say: "no" }], [{ say: "no" }]], "blocked"],
] as const)("the turn limit %s", async (_, script, outcome) => {
  const agent = { runner_retry: { base_backoff_ms: 1, jitter_ratio: 0 }, ci_gate: { enabled: true, argv: ["test", "!", "-f", "bad"] } };
  const work = await opened(script, { agent });
  const end = await work.work({ run: { maxTurns: 2 } });
  expect([end.code, work.result?.outcome, work.account?.turns]).toEqual([1, outcome, 2]);
  expect(work.result?.reason).toContain("RQ-0001 has used its 2 agent turns (`--max-turns` allows more).");
  expect(work.marker === null).toBe(outcome === "failed");
});

const HANG: Script = [[{ write: "half.txt", text: "x" }, { hang: "hanging" }]];

test.each([
  ["the end of its input", (worker: ReturnType<Coordinated["start"]>) => worker.closeInput()],
  ["the end of the channel", (worker: ReturnType<Coordinated["start"]>) => worker.disconnect()],
  ["a stop message", (worker: ReturnType<Coordinated["start"]>) => worker.send({ kind: "stop" })],
  ["SIGINT", (worker: ReturnType<Coordinated["start"]>) => worker.kill("SIGINT")],
])("%s ends the agent and the worker", async (_, end) => {
  const work = await opened(HANG);
  const worker = work.start();
  await repository.appeared("hanging");
  const agent = Number(readFileSync(join(repository.home, "hanging"), "utf8"));
  expect(isAlive(agent)).toBe(true);
  end(worker);
  const { code } = await worker.end();
  expect([code, work.account?.step, work.account?.finished, work.result, work.marker]).toEqual([75, "interrupted", false, null, null]);
  expect(isAlive(agent)).toBe(false);
  expect(work.read("half.txt")).toBe("x");
});

test("a coordinator that is gone before it said anything ends the worker", async () => {
  const work = await opened([[{ say: "never" }]]);
  const worker = work.start({ silent: true });
  worker.closeInput();
  expect([(await worker.end()).code, agentCalls(repository)]).toEqual([75, []]);
});

test("killed during a rebase: the next worker takes the rebase back and integrates, without the phases", async () => {
  const work = await opened([
    [{ write: "greeting.txt", text: "bonjour\n" }],
    [{ write: "debris.txt", text: "x" }, { hang: "hanging" }],
    [{ write: "greeting.txt", text: "both\n" }],
  ]);
  const tip = work.commitOnMain({ "greeting.txt": "hello, everyone\n" }, "Greet everyone");
  const worker = work.start();
  await repository.appeared("hanging", 20_000);
  const agent = Number(readFileSync(join(repository.home, "hanging"), "utf8"));
  worker.kill("SIGKILL");
  await worker.end();
  expect(work.account).toMatchObject({
    step: "integrating",
    finished: true,
    turns: 2,
    session: { runner: "script", session_id: "script-0" },
  });
  // As the kill may leave it.
  writeFileSync(resolve(work.path, work.git("rev-parse", "--git-path", "index.lock").trim()), "");
  const end = await work.work({ integrateOnly: true });
  expect([end.code, stepsOf(end)]).toEqual([0, ["integrating", "ready"]]);
  expect(isAlive(agent)).toBe(false);
  expect(agentCalls(repository)[2]).toMatchObject({ kind: "resume", session: "script-0" });
  expect(work.result).toMatchObject({ outcome: "ready", base: tip, turns: 3, attempts: 2 });
  expect(work.commits).toEqual(["RQ-0001: Greet in French"]);
  expect([work.read("greeting.txt"), existsSync(join(work.path, "debris.txt"))]).toEqual(["both\n", false]);
});

test("integrating again after the target moved takes no turn, and keeps what the phases took", async () => {
  const work = await opened([[{ write: "a.txt", text: "a\n" }]]);
  await work.work();
  const first = work.result?.history;
  const tip = work.commitOnMain({ "b.txt": "b\n" }, "Theirs");
  const end = await work.work({ integrateOnly: true });
  expect([end.code, work.result?.base, work.result?.turns]).toEqual([0, tip, 1]);
  expect(work.result?.history).toMatchObject({ total_duration: first?.total_duration, evidence: work.result?.evidence });
  expect(eventsOf(end).filter(({ kind }) => kind === "phase_entered" || kind === "turn_started")).toEqual([]);
});

test("a person's remark reaches the agent before anything else, with turns of its own", async () => {
  const work = await opened([[{ write: "bad", text: "" }], [{ say: "no" }]], {
    attempts: 1,
    agent: { ci_gate: { enabled: true, argv: ["test", "!", "-f", "bad"] } },
  });
  expect((await work.work({ run: { maxTurns: 1 } })).code).toBe(1);
  writeScript(repository, [[{ run: "git rm -q bad" }]]);
  const end = await work.work({ integrateOnly: true, message: "Just delete bad", run: { maxTurns: 1 } });
  expect([end.code, work.marker, work.result?.turns]).toEqual([0, null, 2]);
  expect(agentCalls(repository)[0]).toMatchObject({ kind: "resume", session: "script-0" });
  expect(agentCalls(repository)[0]?.prompt).toContain("Just delete bad");
});

test("a remark for a task that starts over is in its first prompt", async () => {
  const work = await opened([[{ say: "ok" }]]);
  await work.work({ message: "Mind the accents" });
  expect(agentCalls(repository)[0]?.prompt).toContain("Mind the accents");
});

test("another worker's usage limit holds the turn back, and uses none up", async () => {
  const work = await opened([[{ say: "ok" }]]);
  const until = new Date(Date.now() + 3000).toISOString();
  const worker = work.start({
    first: [
      { kind: "limit", runner: "script", until },
      { kind: "limit", runner: "other", until: "2999-01-01T00:00:00Z" },
    ],
  });
  const end = await worker.end();
  expect([end.code, work.result?.turns, work.result?.attempts]).toEqual([0, 1, 1]);
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(until));
  expect(eventsOf(end).filter(({ kind }) => kind === "usage_limit")).toHaveLength(1);
  // It is the others' limit: they know it.
  expect(end.messages.filter(({ kind }) => kind === "limit")).toEqual([]);
});

test("a usage limit is told, waited for and costs neither a turn nor an attempt", async () => {
  const resetsAt = Math.floor(Date.now() / 1000) + 3600;
  const limit = { line: JSON.stringify({ type: "rate_limit_event", rate_limit_info: { status: "rejected", resetsAt } }) };
  const work = await opened([[limit, { exit: 1 }]]);
  const worker = work.start();
  await worker.said("limit");
  const [told] = worker.messages.filter((message) => message.kind === "limit");
  expect([told?.runner, Date.parse(told?.until ?? "")]).toEqual(["script", (resetsAt + 30) * 1000]);
  expect(work.account).toMatchObject({ step: "phases", turns: 1, attempt: 0 });
  worker.send({ kind: "stop" });
  expect((await worker.end()).code).toBe(75);
});

test("a worker that cannot read what it is to do ends, although its coordinator waits", async () => {
  const work = await opened([[{ say: "never" }]]);
  writeFileSync(join(work.directory, "config.json"), "{");
  const end = await work.work();
  expect([end.code, agentCalls(repository)]).toEqual([1, []]);
  expect(end.stderr).toContain(join(work.directory, "config.json"));
});

test("without an identity no commit can be made, and no turn is spent on that", async () => {
  const work = await opened([[{ write: "a.txt", text: "a" }]]);
  repository.git("config", "--unset", "user.name");
  repository.git("config", "--unset", "user.email");
  repository.git("config", "user.useConfigOnly", "true");
  const end = await work.work();
  expect([end.code, work.result?.outcome, work.result?.turns, work.result?.attempts]).toEqual([1, "blocked", 1, 1]);
});

test("heartbeats come while the agent works, and its token is not the agent's to see", async () => {
  const work = await opened([[{ run: "env > ../../environment; sleep 6" }]]);
  const end = await work.work();
  expect(end.messages.filter(({ kind }) => kind === "heartbeat").length).toBeGreaterThanOrEqual(1);
  const environment = readFileSync(join(repository.base, "environment"), "utf8");
  expect(environment).toContain("CUELOOP_TASK_ID=RQ-0001");
  expect(environment).not.toContain("CUELOOP_WORKER_TOKEN");
  expect(environment).not.toContain("NODE_CHANNEL");
});

test("without a coordinator there is no worker", async () => {
  const work = await opened([[{ say: "never" }]]);
  const paths = ["--coordinator-queue-path", "q", "--coordinator-done-path", "d", "--parallel-target-branch", "main"];
  const place = ["--coordinator-root", repository.root, "--worker-dir", work.directory];
  const end = await repository.cueloop("run", "one", "--id", "RQ-0001", "--parallel-worker", ...paths, ...place);
  expect([end.code, agentCalls(repository)]).toEqual([1, []]);
  expect(end.stderr).toContain("cueloop run loop --parallel");
});

test("a broken conflict prompt is found before the agent has done anything", async () => {
  const work = await opened([[{ say: "never" }]]);
  repository.write({ ".cueloop/prompts/merge_conflicts.md": "Do something.\n" });
  const end = await work.work();
  expect([end.code, work.result?.outcome, agentCalls(repository)]).toEqual([1, "failed", []]);
  expect(work.result?.reason).toContain("CONFLICT_FILES");
});
