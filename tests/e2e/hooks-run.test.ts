import { describe, expect, test } from "bun:test";
import { agentCalls } from "../support/agent.ts";
import { file, hooked, namesTold, subjects, told, toldAs, two } from "../support/hooks.ts";
import { executable, task } from "../support/repository.ts";

/** Every hook that one checkout calls, each saying that it was there. */
const ALL = ["runStart", "beforeTask", "beforePhase", "afterPhase", "gate", "beforeCommit", "afterTask", "runEnd"];

describe("a run in one checkout", () => {
  test.each([
    ["sync", (name: string) => `${name}() { tell("${name}"); ${name === "gate" ? "return { ok: true };" : ""} }`],
    [
      "async",
      (name: string) => `async ${name}() { await Bun.sleep(2); tell("${name}"); ${name === "gate" ? "return { ok: true };" : ""} }`,
    ],
  ])("calls every hook once, in order: %s", async (_, written) => {
    using repo = await hooked(`{ ${ALL.map(written).join(", ")} }`);
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(0);
    expect(namesTold(repo)).toEqual(ALL);
    expect(subjects(repo)).toEqual(["RQ-0001: First", "hooks", "start"]);
  });

  test("gives hooks what they are about, frozen, and changes nothing that they try to", async () => {
    using repo = await hooked(
      `{
      runStart({ plan }) { tell("plan", plan.map((task) => task.id)); },
      beforeTask(input) {
        "use strict";
        for (const change of [() => { input.task.title = "x"; }, () => input.task.tags.push("x"), () => { input.config.agent.phases = 3; }, () => { input.x = 1; }])
          try { change(); tell("changed"); } catch (error) { tell("frozen", error.name); }
        tell("repo", [input.repo.root, input.repo.branch, input.repo.head.length, typeof input.queue.tasks, input.signal.aborted]);
      },
      async beforePhase({ phase, prompt, settings, iteration, repo, $ }) {
        tell("phase", [phase, iteration, settings.runner, settings.model, prompt.includes("First")]);
        tell("read", [(await repo.read("cueloop.config.ts")).length > 10, await repo.read("none"), await repo.exists("cueloop.config.ts"), await repo.files("*.ts")]);
        tell("shell", [(await $\`pwd\`.text()).trim(), (await $\`echo $CUELOOP_TASK_ID\`.text()).trim()]);
      },
      afterPhase({ phase, result }) { tell("result", [phase, result.finalText, result.exitCode, typeof result.sessionId]); },
      async gate({ task, changedFiles, diff }) { tell("gate", [task.id, changedFiles, (await diff()).includes("+fine")]); return { ok: true }; },
      beforeCommit({ message, files }) { tell("commit", [message, files.toSorted()]); },
      afterTask({ task, outcome, commit, duration, usage }) { tell("after", [task.status, outcome, commit.length, duration > 0, usage]); },
      runEnd({ summary }) { tell("end", [summary.outcome, summary.exit_code, summary.succeeded, "task" in arguments[0]]); },
    }`.replaceAll("\\`", "`"),
      { script: [[file("one"), { say: "done it" }]] },
    );
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(0);
    expect(told(repo).filter(({ name }) => name === "changed" || name === "frozen")).toEqual(
      Array(4).fill({ name: "frozen", value: "TypeError" }),
    );
    expect(toldAs(repo, "plan")).toEqual([["RQ-0001"]]);
    expect(toldAs(repo, "repo")).toEqual([[repo.root, "main", 40, "function", false]]);
    expect(toldAs(repo, "phase")).toEqual([["implementation", 1, "script", "scripted", true]]);
    expect(toldAs(repo, "read")).toEqual([[true, null, true, ["cueloop.config.ts"]]]);
    expect(toldAs(repo, "shell")).toEqual([[repo.root, "RQ-0001"]]);
    expect(toldAs(repo, "result")).toMatchObject([["implementation", expect.stringContaining("done it"), 0, "string"]]);
    expect(toldAs(repo, "gate")).toEqual([["RQ-0001", ["one.txt"], true]]);
    expect(toldAs(repo, "commit")).toEqual([["RQ-0001: First", [".cueloop/done.jsonc", ".cueloop/queue.jsonc", "one.txt"]]]);
    expect(toldAs(repo, "after")).toEqual([["done", "done", 40, true, null]]);
    expect(toldAs(repo, "end")).toEqual([["ran", 0, 1, false]]);
  });

  test("an error names the hook, the file with line and column, and shows the lines; none of ours", async () => {
    using repo = await hooked(`{
      beforeTask({ task }) {
        throw new Error("no budget for " + task.id);
      } }`);
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("The hook beforeTask failed");
    expect(run.stderr).toContain(`${repo.path("cueloop.config.ts")}:5:`);
    expect(run.stderr).toContain("no budget for RQ-0001");
    expect(run.stderr).toContain('> 5 |         throw new Error("no budget for " + task.id);');
    expect(run.stderr).not.toMatch(/user-hooks|caller\.ts|\$bunfs|native:/);
    expect(repo.active()).toMatchObject([{ status: "todo" }]);
    expect(agentCalls(repo)).toEqual([]);
  });

  test.each([
    ["throws", 'throw new Error("not today")', "not today"],
    ["throws what is no error", 'throw "not today"', "not today"],
    ["rejects later", 'await Bun.sleep(1); throw new Error("not today")', "not today"],
    ["takes too long", "await Bun.sleep(20_000)", "took longer than 0.2 s"],
    ["never waits", "for (;;) try { for (;;); } catch {}", "took longer than 0.2 s"],
    ["gives what has a `then` that never comes", "return { then() {} }", "took longer than 0.2 s"],
  ])("runStart that %s keeps the run from starting", async (_, body, says) => {
    using repo = await hooked(`{ timeout_seconds: 0.2, async runStart() { ${body} }, runEnd() { tell("end"); } }`);
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("The hook runStart failed");
    expect(run.stderr).toContain(says);
    expect(agentCalls(repo)).toEqual([]);
    expect(told(repo)).toEqual([]);
    expect(repo.active()).toMatchObject([{ status: "todo" }]);
  });
});

describe("selectTask", () => {
  const cases = [
    ["an id among the candidates", 'tell("candidates", candidates.map((task) => task.id)); return "RQ-0002";', "RQ-0002", null],
    ["nothing", "", "RQ-0001", null],
    ["an id that is none of them", 'return "RQ-0009";', "RQ-0001", "RQ-0009"],
    ["what is no id", "return { id: 1 };", "RQ-0001", "it may return the id of a candidate, or nothing"],
    ["nothing, but throws", 'throw new Error("cannot choose");', "RQ-0001", "cannot choose"],
    ["nothing in time", "await Bun.sleep(20_000);", "RQ-0001", "took longer than"],
  ] as const;
  test.each(cases)("returns %s", async (_, body, chosen, warning) => {
    using repo = await hooked(`{ timeout_seconds: 0.2, async selectTask({ candidates }) { ${body} } }`, { tasks: two });
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(0);
    expect(repo.done()).toMatchObject([{ id: chosen }]);
    if (warning !== null) expect(run.stdout + run.stderr).toContain(warning);
  });

  test("is not asked where there is no choice", async () => {
    using repo = await hooked('{ selectTask() { tell("asked"); } }');
    expect((await repo.cueloop("run", "one")).code).toBe(0);
    expect((await repo.cueloop("run", "one")).code).toBe(0);
    expect(told(repo)).toEqual([]);
  });
});

describe("beforeTask", () => {
  test("skips a task, and the next one is taken", async () => {
    using repo = await hooked('{ beforeTask: ({ task }) => (task.id === "RQ-0001" ? { skip: "too dear" } : undefined) }', { tasks: two });
    const run = await repo.cueloop("run", "loop");
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("Skipped by the hook beforeTask: RQ-0001 (too dear).");
    expect(run.stdout).toContain("Tasks worked: 1.");
    expect(repo.active()).toMatchObject([{ id: "RQ-0001", status: "todo" }]);
  });

  test.each(["one", "loop"])("skips every candidate: run %s ends without candidates, and says which and why", async (mode) => {
    using repo = await hooked(
      '{ beforeTask: ({ task }) => ({ skip: "no money for " + task.id }), runEnd: ({ summary }) => tell("end", summary.outcome) }',
      { tasks: two },
    );
    const run = await repo.cueloop("run", mode);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("Skipped by the hook beforeTask: RQ-0001 (no money for RQ-0001).");
    expect(run.stdout).toContain("Skipped by the hook beforeTask: RQ-0002 (no money for RQ-0002).");
    expect(toldAs(repo, "end")).toEqual(["no_candidates"]);
    expect(repo.git("status", "--porcelain")).toBe("");
  });

  test("a skip of the task that was named is an error", async () => {
    using repo = await hooked('{ beforeTask: () => ({ skip: "not this week" }) }', { tasks: two });
    const run = await repo.cueloop("run", "one", "--id", "RQ-0002");
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("not this week");
    expect(repo.active()).toMatchObject([{ status: "todo" }, { status: "todo" }]);
  });

  test("its settings are above the task's own and below the command line's", async () => {
    const tasks = [task("RQ-0001", { agent: { model: "of-task", phases: 2 } })];
    using repo = await hooked('{ beforeTask: () => ({ settings: { model: "of-hook", phases: 1 } }) }', { tasks });
    expect((await repo.cueloop("run", "one")).code).toBe(0);
    expect(agentCalls(repo).map(({ model }) => model)).toEqual(["of-hook"]);
    using other = await hooked('{ beforeTask: () => ({ settings: { model: "of-hook", phases: 1 } }) }', { tasks });
    expect((await other.cueloop("run", "one", "--model", "of-cli")).code).toBe(0);
    expect(agentCalls(other).map(({ model }) => model)).toEqual(["of-cli"]);
  });

  test.each(["beforeTask", "beforePhase"])("a runner that %s asks for and nobody has is told with who asked", async (name) => {
    using repo = await hooked(`{ ${name}: () => ({ settings: { runner: "nobody" } }) }`);
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("There is no runner nobody. A hook of cueloop.config.ts asked for runner nobody.");
    expect(agentCalls(repo)).toEqual([]);
  });

  test.each([
    ["returns a blank model", 'return { settings: { model: " " } }', "it may return { skip: reason }"],
    ["throws", 'throw new Error("stop here")', "stop here"],
    ["takes too long", "await Bun.sleep(20_000)", "took longer than 0.2 s"],
    ["returns what it may not", "return { skp: 1 }", "it may return { skip: reason }"],
  ])("that %s ends the loop, with nothing written", async (_, body, says) => {
    using repo = await hooked(`{ timeout_seconds: 0.2, async beforeTask({ task }) { if (task.id === "RQ-0002") { ${body} } } }`, {
      tasks: two,
    });
    const run = await repo.cueloop("run", "loop", "--keep-going");
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("The hook beforeTask failed");
    expect(run.stderr).toContain(says);
    expect(repo.done()).toMatchObject([{ id: "RQ-0001" }]);
    expect(repo.active()).toMatchObject([{ id: "RQ-0002", status: "todo" }]);
    expect(repo.git("status", "--porcelain")).toBe("");
  });
});

describe("phases", () => {
  test("beforePhase changes prompt and settings of a phase alone", async () => {
    using repo = await hooked(
      '{ beforePhase: ({ phase, prompt }) => (phase === "implementation" ? { prompt: prompt + "\\nMIGRATE FIRST", settings: { model: "strong" } } : undefined) }',
      { script: [[{ write: ".cueloop/cache/plans/RQ-0001.md", text: "plan\n" }], [file("one")]], agent: { phases: 2 } },
    );
    expect((await repo.cueloop("run", "one")).code).toBe(0);
    const calls = agentCalls(repo);
    expect(calls.map(({ model }) => model)).toEqual(["scripted", "strong"]);
    expect(calls.map(({ prompt }) => prompt.endsWith("MIGRATE FIRST"))).toEqual([false, true]);
  });

  test("afterPhase sends messages to the same session, three at most", async () => {
    using repo = await hooked('{ afterPhase: ({ result }) => { tell("turn"); return { continueWith: "again" }; } }', {
      script: [[file("one")]],
    });
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(0);
    const calls = agentCalls(repo);
    expect(calls.map(({ kind, prompt }) => [kind, kind === "resume" ? prompt : "…"])).toEqual([
      ["run", "…"],
      ["resume", "again"],
      ["resume", "again"],
      ["resume", "again"],
    ]);
    expect(toldAs(repo, "turn")).toHaveLength(4);
    expect(run.stdout + run.stderr).toContain("afterPhase wants to go on once more");
  });

  test.each(
    ["beforePhase", "afterPhase"].flatMap((name) => [
      [name, "throws", 'throw new Error("wrong weather")', "wrong weather"],
      [name, "takes too long", "await Bun.sleep(20_000)", "took longer than 0.2 s"],
      [name, "returns what it may not", "return 7", "it returned 7"],
    ]),
  )("%s that %s fails the phase as an agent would", async (name, _, body, says) => {
    using repo = await hooked(`{ timeout_seconds: 0.2, async ${name}() { ${body} }, afterTask: ({ outcome }) => tell("after", outcome) }`);
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(`The hook ${name} failed`);
    expect(run.stderr).toContain(says);
    expect(repo.active()).toMatchObject([{ id: "RQ-0001", status: "doing" }]);
    expect(agentCalls(repo)).toHaveLength(name === "beforePhase" ? 0 : 1);
    expect(toldAs(repo, "after")).toEqual(["failed"]);
  });

  test("with git_revert_mode `enabled` what the phase had changed is undone", async () => {
    using repo = await hooked('{ afterPhase() { throw new Error("no"); } }', { agent: { git_revert_mode: "enabled" } });
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(1);
    expect(repo.has("one.txt")).toBeFalse();
    expect(repo.active()).toMatchObject([{ status: "todo" }]);
  });
});

test.each([0, 10_000_000])("with timeout_seconds %p a call may take its time", async (seconds) => {
  using repo = await hooked(
    `{ timeout_seconds: ${seconds}, async beforeTask() { await Bun.sleep(50); return { then: (done) => setTimeout(done, 50) }; } }`,
  );
  const run = await repo.cueloop("run", "one");
  expect([run.code, run.stderr.includes("Warning")], run.stderr).toEqual([0, false]);
});

test("Ctrl-C ends a run whose hook never waits, and the next run goes on", async () => {
  using repo = await hooked(
    '{ timeout_seconds: 0, afterPhase({ repo, task }) { if (globalThis.Bun.file(repo.root + "/.git/go").size > 0) return; tell("looping"); for (;;); }, afterTask({ outcome }) { tell("after", outcome); } }',
  );
  const run = repo.start([executable, "run", "one"]);
  await repo.appeared("told.ndjson");
  run.kill("SIGINT");
  expect(await run.exited).toBe(1);
  expect(await new Response(run.stderr).text()).toContain("The run was interrupted while it worked on RQ-0001.");
  repo.write({ ".git/go": "go" });
  const resumed = await repo.cueloop("run", "resume");
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(toldAs(repo, "after")).toEqual(["cancelled", "done"]);
  expect(subjects(repo)[0]).toBe("RQ-0001: First");
});

test("in a loop, those of a task are called for each, those of the run once", async () => {
  const hook = (name: string) =>
    `async ${name}(input) { tell("${name}", input.task?.id ?? null); ${name === "gate" ? "return { ok: true };" : ""} }`;
  using repo = await hooked(`{ ${ALL.map(hook).join(", ")} }`, { tasks: two });
  const run = await repo.cueloop("run", "loop");
  expect(run.code).toBe(0);
  const ofTask = ALL.filter((name) => name !== "runStart" && name !== "runEnd");
  expect(told(repo)).toEqual([
    { name: "runStart", value: null },
    ...["RQ-0001", "RQ-0002"].flatMap((id) => ofTask.map((name) => ({ name, value: id }))),
    { name: "runEnd", value: null },
  ]);
});

test("an interrupted phase that begins afresh gets a prompt that beforePhase has seen", async () => {
  using repo = await hooked('{ beforePhase: ({ prompt }) => ({ prompt: "CHECKED\\n" + prompt }) }', {
    script: [[{ hang: "hanging" }], [file("one")]],
  });
  const first = repo.start([executable, "run", "one"]);
  await repo.appeared("hanging");
  first.kill("SIGINT");
  await first.exited;
  expect((await repo.cueloop("run", "resume")).code).toBe(0);
  expect(agentCalls(repo).map(({ prompt }) => prompt.startsWith("CHECKED"))).toEqual([true, true]);
});
