import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { agentCalls, scriptedAgent, writeScript } from "../support/agent.ts";
import { executable, Repository, task } from "../support/repository.ts";

/** Passes when work.txt says that it is right. */
const GATE = { ci_gate: { enabled: true, argv: ["grep", "-q", "right", "work.txt"] } };
const RIGHT = { write: "work.txt", text: "right\n" };
const WRONG = { write: "work.txt", text: "wrong\n" };

function repositoryWith(script: Parameters<typeof scriptedAgent>[1], agent: Readonly<Record<string, unknown>> = {}): Repository {
  const repo = new Repository();
  scriptedAgent(repo, script, { agent: { ...GATE, git_publish_mode: "commit", ...agent } });
  repo.books([task("RQ-0001", { title: "Write the file" })]).commit("start");
  return repo;
}

test("one phase: the agent works, the gate passes, one commit holds the work and the books", async () => {
  using repo = repositoryWith([[{ say: "On it." }, RIGHT]]);

  const run = await repo.cueloop("run", "one");

  expect(run.code).toBe(0);
  expect(run.stdout).toContain("On it.");
  expect(run.stdout).toContain("gate passed");
  expect(repo.git("log", "--format=%s").split("\n")).toEqual(["RQ-0001: Write the file", "start", ""]);
  expect(repo.git("show", "--format=", "--name-only").trim().split("\n")).toEqual([
    ".cueloop/done.jsonc",
    ".cueloop/queue.jsonc",
    "work.txt",
  ]);
  expect(repo.git("status", "--porcelain")).toBe("");
  expect(repo.active()).toEqual([]);
  expect(repo.has(".cueloop/lock")).toBeFalse();
  expect(repo.has(".cueloop/cache/session.jsonc")).toBeFalse();
});

test("the evidence kept with the task names the committed tree", async () => {
  using repo = repositoryWith([[RIGHT]]);
  await repo.cueloop("run", "one");

  const [done] = repo.done();
  expect(done).toMatchObject({ id: "RQ-0001", status: "done", custom_fields: { runner_used: "script", model_used: "scripted" } });
  const tree = /tree=([0-9a-f]+)/.exec(JSON.stringify(done))?.[1] ?? "";
  expect(JSON.stringify(done)).toMatch(/gate=passed exit=0 ms=\d+ tree=[0-9a-f]+ at=[^ ]+ argv=grep -q right work.txt/);
  expect(repo.git("diff", "--name-only", tree, "HEAD").trim().split("\n")).toEqual([".cueloop/done.jsonc", ".cueloop/queue.jsonc"]);
  expect(repo.git("rev-parse", "refs/cueloop/task/RQ-0001/result")).toBe(repo.git("rev-parse", "HEAD"));
  expect(repo.git("for-each-ref", "refs/cueloop/run/")).toBe("");
});

test("two phases: the implementation gets the plan that the planning wrote", async () => {
  const plan = { write: ".cueloop/cache/plans/RQ-0001.md", text: "First think, then write.\n" };
  using repo = repositoryWith([[plan], [RIGHT]], { phases: 2 });

  expect((await repo.cueloop("run", "one")).code).toBe(0);

  const calls = agentCalls(repo);
  expect(calls).toHaveLength(2);
  expect(calls[0]?.prompt).toContain(".cueloop/cache/plans/RQ-0001.md");
  expect(calls[1]?.prompt).toContain("First think, then write.");
  expect(calls[1]?.session).toBeNull();
  expect(repo.has(".cueloop/cache/plans/RQ-0001.md")).toBeFalse();
});

test("three phases: the review gets what the implementation said last, and has the last word on the work", async () => {
  const plan = { write: ".cueloop/cache/plans/RQ-0001.md", text: "Two steps.\n" };
  using repo = repositoryWith([[plan], [WRONG, { say: "I wrote something." }], [RIGHT]], { phases: 3 });

  const run = await repo.cueloop("run", "one");

  expect(run.code).toBe(0);
  const calls = agentCalls(repo);
  expect(calls).toHaveLength(3);
  expect(calls[2]?.prompt).toContain("I wrote something.");
  expect(repo.git("show", "HEAD:work.txt")).toBe("right\n");
  expect(repo.git("cat-file", "-p", "refs/cueloop/task/RQ-0001/phase/3")).toContain("work.txt");
});

test("each phase has its own model", async () => {
  const plan = { write: ".cueloop/cache/plans/RQ-0001.md", text: "Plan.\n" };
  using repo = repositoryWith([[plan], [RIGHT]], { phases: 2, phase_overrides: { phase1: { model: "thinker" } } });
  expect((await repo.cueloop("run", "one", "--model-phase2", "worker")).code).toBe(0);
  expect(agentCalls(repo).map((call) => call.model)).toEqual(["thinker", "worker"]);
});

test("a planning without a plan fails, and the task stays", async () => {
  using repo = repositoryWith([[{ say: "I would rather not." }]], { phases: 2 });
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain(".cueloop/cache/plans/RQ-0001.md");
  expect(repo.active()).toMatchObject([{ id: "RQ-0001", status: "doing" }]);
});

test("a planning that changes the work is refused and its change is left alone", async () => {
  const plan = { write: ".cueloop/cache/plans/RQ-0001.md", text: "Plan.\n" };
  using repo = repositoryWith([[plan, WRONG]], { phases: 2 });
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("work.txt");
  expect(repo.read("work.txt")).toBe("wrong\n");
});

test("a failing gate goes back to the agent, into its own session", async () => {
  using repo = repositoryWith([[WRONG], [RIGHT]]);

  const run = await repo.cueloop("run", "one");

  expect(run.code).toBe(0);
  const calls = agentCalls(repo);
  expect(calls.map((call) => call.kind)).toEqual(["run", "resume"]);
  expect(calls[1]?.session).toBe("script-0");
  expect(calls[1]?.prompt).toContain("grep -q right work.txt");
  expect(calls[1]?.prompt).toContain("exit code 1");
  expect(repo.git("show", "HEAD:work.txt")).toBe("right\n");
});

test("an agent that cannot continue a session gets the whole prompt again, with the failure", async () => {
  using repo = new Repository();
  scriptedAgent(repo, [[WRONG], [RIGHT]], { supportsResume: false, agent: { ...GATE } });
  repo.books([task("RQ-0001", { title: "Write the file" })]).commit("start");

  expect((await repo.cueloop("run", "one")).code).toBe(0);

  const calls = agentCalls(repo);
  expect(calls.map((call) => call.kind)).toEqual(["run", "run"]);
  expect(calls[1]?.prompt).toContain("Write the file");
  expect(calls[1]?.prompt).toContain("exit code 1");
});

test("a gate that stays red leaves the task doing, the work in the tree and nothing archived", async () => {
  using repo = repositoryWith([[WRONG]], { ci_gate: { enabled: true, argv: ["sh", "check.sh"] } });
  repo.write({ "check.sh": "echo lint failed >&2; exit 3\n" }).commit("check");

  const run = await repo.cueloop("run", "one");

  expect(run.code).toBe(1);
  expect(run.stderr).toContain("Lint check failure");
  expect(run.stderr).toContain("RQ-0001");
  expect(agentCalls(repo)).toHaveLength(3);
  expect(repo.active()).toMatchObject([{ id: "RQ-0001", status: "doing" }]);
  expect(repo.done()).toEqual([]);
  expect(repo.read("work.txt")).toBe("wrong\n");
  expect(repo.git("log", "--format=%s", "-1").trim()).toBe("check");
  expect(repo.has(".cueloop/lock")).toBeFalse();
});

test("the turn limit ends repairs that would go on", async () => {
  using repo = repositoryWith([[WRONG]]);
  const run = await repo.cueloop("run", "one", "--max-turns", "3");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("--max-turns");
  expect(agentCalls(repo)).toHaveLength(3);
});

test("a task that failed is gone on with, on what it left behind", async () => {
  using repo = repositoryWith([[WRONG, { exit: 1 }]]);
  expect((await repo.cueloop("run", "one")).code).toBe(1);
  writeScript(repo, [[RIGHT]]);

  const again = await repo.cueloop("run", "one", "--resume");

  expect(again.code).toBe(0);
  expect(again.stdout).toContain("Resume: going on with RQ-0001.");
  expect(repo.git("show", "HEAD:work.txt")).toBe("right\n");
});

test("a repository with somebody's changes is not touched, unless it is forced", async () => {
  using repo = repositoryWith([[RIGHT]]);
  repo.write({ "notes.txt": "mine\n" });

  const refused = await repo.cueloop("run", "one");
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("notes.txt");
  expect(repo.active()).toMatchObject([{ status: "todo" }]);
  expect(agentCalls(repo)).toEqual([]);

  expect((await repo.cueloop("run", "one", "--force")).code).toBe(0);
});

test("an agent that fails says why, where its output is, and leaves its work", async () => {
  using repo = repositoryWith([[WRONG, { stderr: "no such tool" }, { exit: 7 }]]);
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("no such tool");
  const dump = /saved to (\S+output\.txt)/.exec(run.stderr)?.[1] ?? "";
  expect(await Bun.file(dump).exists()).toBeTrue();
  expect(repo.read("work.txt")).toBe("wrong\n");
});

test("a rate limit is tried again with the same prompt", async () => {
  using repo = repositoryWith([[{ stderr: "429 too many requests" }, { exit: 1 }], [RIGHT]]);
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(0);
  const calls = agentCalls(repo);
  expect(calls).toHaveLength(2);
  expect(calls[1]?.prompt).toBe(calls[0]?.prompt ?? "");
});

test("an agent that is killed is told to go on", async () => {
  using repo = repositoryWith([[WRONG, { kill: "SIGKILL" }], [RIGHT]]);
  expect((await repo.cueloop("run", "one")).code).toBe(0);
  expect(agentCalls(repo)).toHaveLength(2);
});

test("garbage on the agent's output does no harm", async () => {
  using repo = repositoryWith([[{ line: '{"type":' }, { line: "\u001b]0;evil\u0007plain" }, RIGHT]]);
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(0);
  expect(run.stdout).not.toContain("\u001b]0;");
});

test("nothing to do is no error", async () => {
  using repo = repositoryWith([]);
  repo.books([task("RQ-0002", { status: "draft" })]).commit("draft");
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(0);
  expect(run.stdout).toContain("Nothing to do");
});

test("a dry run names the task and changes nothing", async () => {
  using repo = repositoryWith([[RIGHT]]);
  const run = await repo.cueloop("run", "one", "--dry-run");
  expect(run).toMatchObject({ code: 0 });
  expect(run.stdout).toContain("RQ-0001 (todo)");
  expect(agentCalls(repo)).toEqual([]);
  expect(repo.active()).toMatchObject([{ status: "todo" }]);
});

test("a remark for the agent needs a task and reaches its first prompt only", async () => {
  using repo = repositoryWith([[WRONG], [RIGHT]]);
  expect((await repo.cueloop("run", "one", "--message", "mind the tests")).code).toBe(2);
  expect((await repo.cueloop("run", "one", "--id", "RQ-0001", "--message", "mind the tests")).code).toBe(0);
  const prompts = agentCalls(repo).map((call) => call.prompt.includes("mind the tests"));
  expect(prompts).toEqual([true, false]);
});

test("iterations repeat the phases, with a gate after each", async () => {
  using repo = repositoryWith([[RIGHT], [{ say: "polished" }]], { iterations: 2 });
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(0);
  expect(agentCalls(repo)).toHaveLength(2);
  expect(run.stdout.split("gate passed (")).toHaveLength(3);
});

test("a broken prompt of the repository's own changes nothing", async () => {
  using repo = repositoryWith([[RIGHT]]);
  repo.write({ ".cueloop/prompts/worker.md": "{{NO_SUCH_THING}}" }).commit("prompt");
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("NO_SUCH_THING");
  expect(repo.active()).toMatchObject([{ status: "todo" }]);
});

test("a run works right after `init`, before anything of it is committed", async () => {
  using repo = new Repository();
  repo.write({ ".gitignore": "dist/\n" }).commit("start");
  expect((await repo.cueloop("init", "--non-interactive")).code).toBe(0);
  expect(repo.git("status", "--porcelain")).toContain(".gitignore");
  const initial = repo.read(".gitignore");
  scriptedAgent(repo, [[RIGHT]]);
  repo.write({ ".gitignore": initial });
  expect((await repo.cueloop("task", "add", "Write the file")).code).toBe(0);
  repo.git("add", ".cueloop/plugins");
  repo.git("commit", "--quiet", "-m", "plugin");
  const run = await repo.cueloop("run", "one");
  expect(run.stderr).not.toContain("Error");
  expect(run.code).toBe(0);
});

test("a run that was killed: a resume clears its lock and goes on from what is in the tree", async () => {
  using repo = repositoryWith([[WRONG, { hang: "hanging" }]]);
  const killed = repo.start([executable, "run", "one"]);
  await repo.appeared("hanging");
  killed.kill("SIGKILL");
  await killed.exited;
  process.kill(Number(readFileSync(join(repo.home, "hanging"), "utf8")), "SIGKILL");
  writeScript(repo, [[RIGHT]]);

  const again = await repo.cueloop("run", "one", "--resume");

  expect(again.code).toBe(0);
  expect(again.stderr).toContain("stale queue lock");
  expect(repo.git("show", "HEAD:work.txt")).toBe("right\n");
  expect(repo.git("status", "--porcelain")).toBe("");
  expect(repo.git("for-each-ref", "refs/cueloop/run/")).toBe("");
});
