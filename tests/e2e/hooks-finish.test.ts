import { describe, expect, test } from "bun:test";
import { agentCalls, scriptedAgent } from "../support/agent.ts";
import { isRecord, json } from "../support/books.ts";
import { cueloopWith, digestOf } from "../support/code.ts";
import { file, hooked, namesTold, subjects, toldAs, two } from "../support/hooks.ts";
import { executable, Repository, task } from "../support/repository.ts";

const evidenceOf = (repo: Repository) => JSON.stringify(repo.done()).match(/gate=\w+ exit=\d+ .*? argv=[^"]*/)?.[0] ?? "";
/** Fails until the agent has written `good.txt`. */
const GOOD =
  'async gate({ repo, task }) { tell("gate", task.id); return (await repo.exists("good.txt")) ? { ok: true } : { ok: false, output: "good.txt is missing" }; }';

describe("gate", () => {
  test("alone is the gate: its output goes to the agent until it passes, and the evidence says so", async () => {
    using repo = await hooked(`{ ${GOOD} }`, { script: [[file("bad")], [file("good")]] });
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(0);
    const [, repair] = agentCalls(repo);
    expect(repair?.prompt).toContain("good.txt is missing");
    expect(repair?.prompt).toContain("hook");
    expect(evidenceOf(repo)).toMatch(/^gate=hook exit=0 .* argv=hook$/);
    expect((await repo.cueloop("queue", "show", "RQ-0001", "--format", "text")).stdout).toContain("verified");
  });

  test("comes after the command, and only when that passed", async () => {
    const agent = { ci_gate: { enabled: true, argv: ["sh", "gate.sh"] } };
    const files = { "gate.sh": 'echo command >> "$HOME/command"; test -e good.txt\n' };
    using repo = await hooked('{ gate({ task }) { tell("gate", task.id); return { ok: true }; } }', {
      script: [[file("bad")], [file("good")]],
      agent,
      files,
    });
    expect((await repo.cueloop("run", "one")).code).toBe(0);
    expect(toldAs(repo, "gate")).toEqual(["RQ-0001"]);
    expect(evidenceOf(repo)).toMatch(/^gate=passed exit=0 .* argv=sh gate.sh$/);
  });

  test.each([
    ["throws", 'throw new Error("linter crashed")', "linter crashed"],
    ["takes too long", "await Bun.sleep(20_000)", "took longer than 0.2 s"],
    [
      "has a line of the shell that fails",
      "await arguments[0].$`sh -c 'echo found 3 problems; echo in src >&2; exit 2'`; return { ok: true }",
      "found 3 problems",
    ],
    [
      "throws several errors",
      'await Promise.any([Promise.reject(new Error("no lint")), Promise.reject(new Error("no types"))])',
      "no lint; no types",
    ],
    ["returns nothing", "", "it may return { ok: true } or { ok: false, output }"],
    ["returns no output", "return { ok: false }", "it may return { ok: true } or { ok: false, output }"],
  ])("that %s is a failure with the error as output", async (_, body, says) => {
    using repo = await hooked(`{ timeout_seconds: 0.2, async gate() { tell("gate"); if (toldBefore()) return { ok: true }; ${body} } }`, {
      more: "ci_patterns: []",
    });
    repo.write({
      "cueloop.config.ts": repo
        .read("cueloop.config.ts")
        .replace("export default", "let calls = 0;\nconst toldBefore = () => calls++ > 0;\nexport default"),
    });
    const { allowCode } = await import("../support/code.ts");
    await allowCode(repo);
    repo.commit("again");
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(0);
    expect(agentCalls(repo)[1]?.prompt).toContain(says);
  });

  test("runs once more on a commit that is not what it saw", async () => {
    using repo = await hooked(
      '{ async gate({ repo, $ }) { tell("gate", await repo.exists("made.txt")); await $`echo made > made.txt`; return { ok: true }; } }',
    );
    expect((await repo.cueloop("run", "one")).code).toBe(0);
    expect(toldAs(repo, "gate")).toEqual([false, true]);
  });

  test("is tried out by `cueloop gate`, with the task that is named, and its console never reaches the JSON", async () => {
    using repo = await hooked(
      '{ gate({ task, changedFiles, queue }) { console.log("noise"); process.stdout.write("more noise\\n"); globalThis.console.log("of the global"); require("node:console").warn("of the module"); tell("gate", [task?.id ?? null, changedFiles]); return { ok: changedFiles.length === 0, output: "dirty" }; } }',
    );
    const clean = await repo.cueloop("gate", "--format", "json");
    expect(json(clean.stdout)).toMatchObject({
      enabled: true,
      passed: true,
      display: "hook",
      exit_code: 0,
      hooks: [{ name: "gate", ok: true }],
    });
    expect(clean.stderr).toContain("[hooks.gate] noise");
    for (const text of ["more noise", "of the global", "of the module"]) expect(clean.stderr).toContain(`[hooks.gate] ${text}`);
    repo.write({ "dirty.txt": "x\n" });
    const dirty = await repo.cueloop("gate", "--id", "RQ-0001");
    expect(dirty.code).toBe(1);
    expect(dirty.stdout).toContain("dirty");
    expect(dirty.stdout).toContain("gate failed: hook, exit 1");
    expect(toldAs(repo, "gate")).toEqual([
      [null, []],
      ["RQ-0001", ["dirty.txt"]],
    ]);
  });

  test("inside its run is the one that the run began with; another one is left out", async () => {
    const script = [[{ run: "cueloop gate --format json; echo '// edited' >> cueloop.config.ts; cueloop gate" }, file("one")]];
    using repo = await hooked('{ gate() { tell("gate"); return { ok: true }; } }', { script });
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('"name": "gate"');
    expect(run.stdout).toContain("left out");
    expect(toldAs(repo, "gate")).toHaveLength(2);
  });

  test("inside a run that was allowed its code by CUELOOP_TRUST_DIGEST alone is that code's, and no edit of it", async () => {
    const edited = "echo 'export default { hooks: { gate() { throw new Error(1); } } };' > cueloop.config.ts";
    using repo = new Repository();
    scriptedAgent(repo, [
      [{ run: `cueloop gate; cp cueloop.config.ts kept; ${edited}; cueloop gate; mv kept cueloop.config.ts` }, file("one")],
    ]);
    repo
      .write({ "cueloop.config.ts": "export default { hooks: { gate: () => ({ ok: true }) } };\n" })
      .books([task("RQ-0001")])
      .commit("start");
    const run = await cueloopWith(repo, { CUELOOP_TRUST_DIGEST: await digestOf(repo) }, "run", "one");
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout.split("gate passed: hook, exit 0")).toHaveLength(2);
    expect(run.stdout.split("are left out: it is no longer the file that the run began with")).toHaveLength(2);
  });
});

describe("beforeCommit", () => {
  test("changes the message; each of several sees what the one before made of it", async () => {
    using repo = await hooked(
      '[{ beforeCommit: ({ message }) => ({ message: message + "\\n\\nRefs: 1" }) }, { beforeCommit: ({ message }) => ({ message: message + "\\nSeen: yes" }) }]',
    );
    expect((await repo.cueloop("run", "one")).code).toBe(0);
    expect(repo.git("log", "-1", "--format=%B").trim()).toBe("RQ-0001: First\n\nRefs: 1\nSeen: yes");
  });

  test.each([
    ["refuses", 'return { refuse: "no ticket" }', "no ticket"],
    ["throws", 'throw new Error("ticket server down")', "ticket server down"],
    ["takes too long", "await Bun.sleep(20_000)", "took longer than 0.2 s"],
    ["returns what it may not", "return { message: 1 }", "it may return { message }"],
  ])("that %s leaves the task archived and the work staged; the next run commits it", async (_, body, says) => {
    using repo = await hooked(
      `{ timeout_seconds: 0.2, async beforeCommit({ repo }) { if (await repo.exists("ok.flag")) return; ${body} } }`,
      {
        files: { ".git/info/exclude": "ok.flag\n" },
      },
    );
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("its commit was refused");
    expect(run.stderr).toContain(says);
    expect(repo.done()).toMatchObject([{ id: "RQ-0001" }]);
    expect(repo.git("diff", "--cached", "--name-only")).toContain("one.txt");
    expect(subjects(repo)).toEqual(["hooks", "start"]);
    repo.write({ "ok.flag": "" });
    const again = await repo.cueloop("run", "one");
    expect(again.code).toBe(0);
    expect(subjects(repo)).toEqual(["RQ-0001: First", "hooks", "start"]);
  });

  test("is asked about the task as it is archived, and after a refusal as it is by then; afterTask hears of the commit", async () => {
    using repo = await hooked(
      `{ beforeCommit({ task }) { tell("asked", [task.status, task.custom_fields.ticket ?? null]); if (task.custom_fields.ticket === undefined) return { refuse: "no ticket" }; },
      afterTask({ task, outcome, commit, usage }) { tell("after", [task.status, outcome, commit?.length ?? null]); } }`,
    );
    expect((await repo.cueloop("run", "one")).code).toBe(1);
    const done = ".cueloop/done.jsonc";
    repo.write({ [done]: repo.read(done).replace('"custom_fields": {', '"custom_fields": {"ticket": "T-7",') });
    const again = await repo.cueloop("run", "resume");
    expect(again.code, again.stderr).toBe(0);
    expect(toldAs(repo, "asked")).toEqual([
      ["done", null],
      ["done", "T-7"],
    ]);
    expect(toldAs(repo, "after")).toEqual([
      ["done", "failed", null],
      ["done", "done", 40],
    ]);
    expect(subjects(repo)).toEqual(["RQ-0001: First", "hooks", "start"]);
  });

  test("is not called where nothing is published", async () => {
    using repo = await hooked('{ beforeCommit() { tell("commit"); } }', { agent: { git_publish_mode: "off" } });
    expect((await repo.cueloop("run", "one")).code).toBe(0);
    expect(namesTold(repo)).toEqual([]);
  });
});

describe("afterTask", () => {
  test.each([
    ["done", [[file("one")]], { outcome: "done", status: "done" }, 0],
    ["rejected", [[{ run: "cueloop task reject RQ-0001 --note no" }]], { outcome: "rejected", status: "rejected" }, 0],
    ["failed", [[{ exit: 3 }]], { outcome: "failed", status: "doing" }, 1],
  ])("is told of a task that is %s", async (_, script, value, code) => {
    using repo = await hooked('{ afterTask({ task, outcome, commit }) { tell("after", { outcome, status: task.status }); } }', {
      script,
      agent: { runner_retry: { max_attempts: 1 } },
    });
    expect((await repo.cueloop("run", "one")).code).toBe(code);
    expect(toldAs(repo, "after")).toEqual([value]);
  });

  test.each([
    ["throws", 'throw new Error("chat is down")', "chat is down"],
    ["takes too long", "await Bun.sleep(20_000)", "took longer than 0.2 s"],
  ])("that %s is a warning; of several the last is first", async (_, body, says) => {
    using repo = await hooked(
      `[{ afterTask() { tell("first"); } }, { timeout_seconds: 0.2, async afterTask() { tell("last"); ${body} } }]`,
    );
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(0);
    expect(run.stdout + run.stderr).toContain("The hook hooks[1].afterTask failed");
    expect(run.stdout + run.stderr).toContain(says);
    expect(namesTold(repo)).toEqual(["last", "first"]);
    expect(subjects(repo)[0]).toBe("RQ-0001: First");
  });

  test("a Ctrl-C during an agent's turn is told too, and a hook that hangs then does not hold the run", async () => {
    using repo = await hooked(
      '{ timeout_seconds: 0, async afterTask({ outcome, signal }) { tell("after", [outcome, signal.aborted]); await new Promise(() => {}); } }',
      {
        script: [[{ hang: "hanging" }]],
      },
    );
    const run = repo.start([executable, "run", "one"]);
    await repo.appeared("hanging");
    run.kill("SIGINT");
    expect(await run.exited).toBe(1);
    expect(toldAs(repo, "after")).toEqual([["cancelled", false]]);
  });
});

describe("blocked, runEnd and onEvent", () => {
  test("blocked is told what blocks, and a failure is a warning", async () => {
    const tasks = [task("RQ-0001", { depends_on: ["RQ-0002"] }), task("RQ-0002", { status: "draft" })];
    using repo = await hooked(
      '{ blocked({ blocking }) { tell("blocked", [blocking.status, blocking.reason.kind]); throw new Error("chat is down"); } }',
      { tasks },
    );
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(0);
    expect(toldAs(repo, "blocked")).toEqual([["blocked", "dependency_blocked"]]);
    expect(run.stdout + run.stderr).toContain("chat is down");
  });

  test.each([
    ["throws", 'throw new Error("no mail")', "no mail"],
    ["takes too long", "await Bun.sleep(20_000)", "took longer than 0.2 s"],
  ])("runEnd that %s is a warning", async (_, body, says) => {
    using repo = await hooked(`{ timeout_seconds: 0.2, async runEnd() { ${body} } }`);
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(0);
    expect(run.stdout + run.stderr).toContain(says);
  });

  test("onEvent sees every event in order, one at a time, before the hooks that follow", async () => {
    using repo = await hooked(`{
      async onEvent({ event }) { if (globalThis.busy) tell("at once"); globalThis.busy = true; await Bun.sleep(1); globalThis.busy = false; tell("event", event.kind); },
      afterTask() { tell("afterTask"); }, runEnd() { tell("runEnd"); } }`);
    expect((await repo.cueloop("run", "one")).code).toBe(0);
    const names = namesTold(repo);
    expect(names).not.toContain("at once");
    expect(names.at(-1)).toBe("runEnd");
    const kinds = toldAs(repo, "event");
    expect(kinds[0]).toBe("run_started");
    expect(kinds.at(-1)).toBe("run_finished");
    const log = repo
      .git("ls-files", "--others", "--ignored", "--exclude-standard", ".cueloop/logs")
      .trim()
      .split("\n")
      .filter((name) => name.endsWith(".ndjson"));
    const written = log.flatMap((name) => repo.read(name).trim().split("\n")).map((line) => json(line));
    expect(kinds).toEqual(written.map((event) => (isRecord(event) ? event["kind"] : null)));
    expect(names.indexOf("afterTask")).toBeGreaterThan(kinds.indexOf("task_finished"));
  });

  test("onEvent that never waits is ended after its five seconds, and hears what comes after", async () => {
    using repo = await hooked(
      `[{ onEvent({ event, signal }) { if (event.kind !== "turn_started") return tell("first", event.kind); signal.onabort = () => tell("aborted"); for (;;); } },
      { async onEvent({ event }) { await null; tell("second", event.kind); } }]`,
    );
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("The hook hooks[0].onEvent failed: it took longer than 5 s");
    const second = toldAs(repo, "second");
    expect(second).toContain("turn_started");
    expect(toldAs(repo, "first")).toEqual(second.filter((kind) => kind !== "turn_started"));
    expect(second.at(-1)).toBe("run_finished");
    expect(toldAs(repo, "aborted")).toEqual([null]);
  });

  test("onEvent that throws is one warning for the whole run", async () => {
    using repo = await hooked('{ onEvent() { tell("called"); throw new Error("broken ear"); } }');
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(0);
    expect((run.stdout + run.stderr).split("broken ear")).toHaveLength(3);
    expect(namesTold(repo).length).toBeGreaterThan(8);
  });
});

describe("the queue in hooks", () => {
  const note = (name: string, result = "") =>
    `async ${name}({ queue }) { await queue.transaction("note by ${name}", (draft) => draft.add({ title: "by ${name}", status: "draft" })); ${result} }`;

  test("takes a transaction from each, within the run's own lock", async () => {
    const names = ["runStart", "selectTask", "beforeTask", "beforePhase", "afterPhase", "beforeCommit", "afterTask", "runEnd"];
    using repo = await hooked(
      `{ ${names.map((name) => note(name)).join(", ")}, ${note("gate", "return { ok: true };")},
      async onEvent({ event, queue }) { if (event.kind === "run_started") await queue.transaction("event", (draft) => draft.add({ title: "by onEvent", status: "draft" })); } }`,
      { tasks: two },
    );
    const run = await repo.cueloop("run", "one");
    expect(run.stderr).not.toContain("failed");
    expect(run.code).toBe(0);
    const titles = repo.active().map((one) => (typeof one === "object" && one !== null && "title" in one ? one.title : null));
    expect(titles.toSorted()).toEqual(["Second", ...[...names, "gate", "onEvent"].map((name) => `by ${name}`)].toSorted());
    expect((await repo.cueloop("queue", "validate")).code).toBe(0);
  });

  test("is left as it was by a change that throws, is async, is invalid, or touches the running task's status", async () => {
    using repo = await hooked(
      `{ async beforePhase({ queue, task }) {
      const attempts = {
        throws: () => { throw new Error("thought better of it"); },
        async: async () => 1,
        invalid: (draft) => draft.add({ title: " " }),
        dangling: (draft) => draft.update("RQ-0002", { depends_on: ["RQ-0099"] }),
        status: (draft) => draft.update(task.id, { status: "todo" }),
        finish: (draft) => draft.finish(task.id, "done"),
        remove: (draft) => draft.remove(task.id),
      };
      for (const [name, change] of Object.entries(attempts))
        try { await queue.transaction(name, change); tell(name, "done"); } catch (error) { tell(name, error.code ?? error.message); }
      await queue.transaction("tag", (draft) => draft.update(task.id, { tags: ["seen"] }));
    } }`,
      { tasks: two },
    );
    expect((await repo.cueloop("run", "one")).code).toBe(0);
    expect(toldAs(repo, "throws")).toEqual(["thought better of it"]);
    expect(toldAs(repo, "async")).toEqual(["queue.change_async"]);
    expect(toldAs(repo, "invalid")).toEqual(["file.invalid"]);
    expect(toldAs(repo, "dangling")).toEqual(["queue.invalid"]);
    for (const name of ["status", "finish", "remove"]) expect(toldAs(repo, name)).toEqual(["queue.task_running"]);
    expect(repo.done()).toMatchObject([{ id: "RQ-0001", status: "done", tags: ["seen"] }]);
    expect(repo.active()).toMatchObject([{ id: "RQ-0002", depends_on: [] }]);
  });

  test("refuses a change with the line that asked for it", async () => {
    using repo = await hooked(`{ async beforeTask({ queue }) {
      await queue.transaction("x", (draft) => { draft.update("RQ-0001", { depends_on: ["RQ-0099"] }); });
    } }`);
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(`The hook beforeTask failed: ${repo.path("cueloop.config.ts")}:4:`);
    expect(run.stderr).toContain("names the non-existent task RQ-0099");
  });

  test("gives out frozen tasks, and what is next and why", async () => {
    using repo = await hooked(
      `{ async runStart({ queue }) {
      const [first] = await queue.tasks();
      try { "use strict"; first.title = "x"; } catch (error) { tell("frozen", error.name); }
      tell("facts", [(await queue.next()).id, (await queue.get("RQ-0002")).title, await queue.get("RQ-0009"), (await queue.explain("RQ-0002")).runnable, (await queue.done()).length]);
    } }`,
      { tasks: two },
    );
    expect((await repo.cueloop("run", "one")).code).toBe(0);
    expect(toldAs(repo, "frozen")).toEqual(["TypeError"]);
    expect(toldAs(repo, "facts")).toEqual([["RQ-0001", "Second", null, true, 0]]);
  });
});

test("what hooks start through $ is inside the run", async () => {
  using repo = await hooked(
    `{ async beforePhase({ $ }) { const { exitCode, stderr } = await $\`${executable} task add more\`.nothrow(); tell("shell", [exitCode, stderr.toString().includes("inside a run")]); } }`,
  );
  expect((await repo.cueloop("run", "one")).code).toBe(0);
  expect(toldAs(repo, "shell")).toEqual([[1, true]]);
});
