import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { agentCalls, scriptedAgent } from "../support/agent.ts";
import { json, operations, statuses } from "../support/books.ts";
import { allowCode } from "../support/code.ts";
import { executable, Repository, task } from "../support/repository.ts";

function withTasks(...tasks: readonly unknown[]): Repository {
  const repo = new Repository();
  repo.books(tasks.length === 0 ? [task("RQ-0001", { title: "First", tags: ["api"] })] : tasks).commit();
  return repo;
}

function withAgent(): Repository {
  const repo = withTasks(task("RQ-0001"), task("RQ-0002"));
  scriptedAgent(repo, [[{ write: "one.txt", text: "1\n" }], [{ write: "two.txt", text: "2\n" }]], {
    agent: { ci_gate: { enabled: true, argv: ["true"] }, git_publish_mode: "commit" },
  });
  repo.commit();
  return repo;
}

async function script(repo: Repository, text: string, ...args: string[]) {
  repo.write({ "program.ts": text });
  return repo.cueloop("script", "program.ts", ...args);
}

describe("script", () => {
  test("has the module, its own arguments and its own exit code", async () => {
    using repo = withTasks();
    const text = `import { version, v, defineConfig } from "cueloop";
interface Shape { readonly n: number }
const shape: Shape = { n: v.parse(v.number(), 3) };
console.log(JSON.stringify({ argv: process.argv.slice(2), main: import.meta.main, version, shape, same: defineConfig(shape) === shape }));
process.exitCode = 7;
`;
    const { code, stdout, stderr } = await script(repo, text, "--force", "-v", "--help", "--", "-", "x");
    expect(stderr).toBe("");
    expect(json(stdout)).toMatchObject({ argv: ["--force", "-v", "--help", "--", "-", "x"], main: true, shape: { n: 3 }, same: true });
    expect(code).toBe(7);
  });

  test("reads the queue and changes it in one transaction with a name", async () => {
    using repo = withTasks();
    const text = `import { openQueue } from "cueloop";
const queue = openQueue();
const [first] = await queue.tasks({ tags: ["API"] });
const id = await queue.transaction("import a list", (draft) => {
  draft.update("RQ-0001", { priority: "low" });
  return draft.add({ title: "Second", position: "next" }).id;
});
console.log(JSON.stringify({ frozen: Object.isFrozen(first), id, next: (await queue.next())?.id, missing: await queue.get("RQ-0009") }));
`;
    const { code, stdout } = await script(repo, text);
    expect(code).toBe(0);
    expect(json(stdout)).toEqual({ frozen: true, id: "RQ-0002", next: "RQ-0002", missing: null });
    expect(statuses(repo.active())).toEqual(["RQ-0002 todo", "RQ-0001 todo"]);
    expect(operations(repo)).toEqual(["import a list"]);
  });

  test("a failing change changes nothing, and the error names the script's own line", async () => {
    using repo = withTasks();
    const before = repo.read(".cueloop/queue.jsonc");
    const text = `import { openQueue } from "cueloop";
await openQueue().transaction("bad", (draft) => {
  draft.add({ title: "Lost" });
  draft.update("RQ-0009", { title: "x" });
});
`;
    const { code, stderr } = await script(repo, text);
    expect(code).toBe(1);
    expect(stderr).toContain(`The script program.ts failed: ${repo.path("program.ts")}:4:`);
    expect(stderr).toContain("Task not found: RQ-0009");
    expect(stderr).toContain('> 4 |   draft.update("RQ-0009", { title: "x" });');
    expect(stderr).not.toContain("src/");
    expect(repo.read(".cueloop/queue.jsonc")).toBe(before);
  });

  test.each([
    ["a syntax error", "const a: = 1;\n", [":1:10: Unexpected =", "> 1 | const a: = 1;"]],
    ["a missing package", 'import x from "no-such-package";\nconsole.log(x);\n', [":1:15: `no-such-package` cannot be found.", "bun add"]],
    ["a missing file", '\nimport x from "./nowhere.ts";\nconsole.log(x);\n', [":2:15: `./nowhere.ts` cannot be found."]],
    ["a throw", 'function f(): never {\n  throw new TypeError("no");\n}\nf();\n', [":2:", "TypeError: no", "at f ("]],
    ["a throw of no error", 'throw "text";\n', ["threw"]],
    ["a late throw", 'setTimeout(() => {\n  throw new Error("late");\n}, 1);\n', [":2:", "late"]],
    ["a rejection nobody sees", 'void Promise.reject(new Error("unseen"));\nawait Bun.sleep(5);\n', [":1:", "unseen"]],
    ["a run that fails and is not waited for", 'import { runTask } from "cueloop";\nrunTask("RQ-0009");\n', [":2:", "RQ-0009"]],
    [
      "a misspelt filter",
      'import { openQueue } from "cueloop";\nawait openQueue().tasks({ status: ["todo"] } as never);\n',
      [":2:", "Did you mean `statuses`?"],
    ],
    ["a filter of no list", 'import { openQueue } from "cueloop";\nawait openQueue().done({ tags: "api" } as never);\n', [":2:", "`tags`"]],
    [
      "an id that is none",
      'import { openQueue } from "cueloop";\nawait openQueue().get(undefined as never);\n',
      [":2:", "needs the id of a task"],
    ],
    [
      "a change without a label",
      'import { openQueue } from "cueloop";\nawait openQueue().transaction(((d) => d.add({ title: "x" })) as never);\n',
      [":2:", "needs a label"],
    ],
    ["a misspelt option", 'import { openQueue } from "cueloop";\nopenQueue({ dri: "x" } as never);\n', [":2:", "Did you mean `dir`?"]],
    [
      "a wrong value",
      'import { openQueue } from "cueloop";\nawait openQueue().transaction("x", (d) => d.add({ title: "x", tag: "y" } as never));\n',
      [":2:", "Did you mean `tags`?"],
    ],
  ])("%s is shown with the user's place and nothing of ours", async (_what, text, parts) => {
    using repo = withTasks();
    const { code, stderr } = await script(repo, text);
    expect(code).toBe(1);
    for (const part of parts) expect(stderr).toContain(part);
    expect(stderr).toContain("program.ts");
    expect(stderr).not.toMatch(/\(src\/|\$bunfs/);
  });

  test("--debug shows our frames too", async () => {
    using repo = withTasks();
    repo.write({ "program.ts": 'import { openQueue } from "cueloop";\nawait openQueue().explain("RQ-0009");\n' });
    const { stderr } = await repo.cueloop("script", "--debug", "program.ts");
    expect(stderr).toContain("src/queue/");
  });

  test("comes from stdin", async () => {
    using repo = withTasks();
    const stdin = 'import { openQueue } from "cueloop";\nconsole.log((await openQueue().next())?.title, process.argv.slice(2).join());\n';
    const { code, stdout } = await repo.run([executable, "script", "-", "a", "-b"], { stdin });
    expect([code, stdout]).toEqual([0, "First a,-b\n"]);
    const broken = await repo.run([executable, "script", "-"], { stdin: "\nthrow new Error('x');\n" });
    expect(broken.stderr).toContain("[stdin].ts:2:");
    expect(broken.stderr).toContain("> 2 | throw new Error('x');");
  });

  test("neither bunfig.toml nor .env of the directory take part", async () => {
    using repo = withTasks();
    repo.write({ "bunfig.toml": 'preload = ["./evil.ts"]\n', "evil.ts": 'await Bun.write("marker", "");\n', ".env": "FROM_ENV_FILE=1\n" });
    const { stdout } = await script(repo, 'console.log(process.env["FROM_ENV_FILE"]);\n');
    expect([stdout, repo.has("marker")]).toEqual(["undefined\n", false]);
  });

  test("may be a CommonJS module", async () => {
    using repo = withTasks();
    repo.write({ "program.cjs": 'const { openQueue } = require("cueloop");\nopenQueue().next().then((task) => console.log(task.id));\n' });
    expect(await repo.cueloop("script", "program.cjs")).toEqual({ code: 0, stdout: "RQ-0001\n", stderr: "" });
  });

  test("what cannot be run is said", async () => {
    using repo = withTasks();
    repo.write({ "program.ts": "", "program?.ts": "" });
    expect(await repo.cueloop("script", "program?.ts")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("no part of a module's name"),
    });
    expect(await repo.cueloop("script", "nowhere.ts")).toMatchObject({ code: 1, stdout: "" });
    const none = await repo.cueloop("script");
    expect([none.code, none.stderr.includes("a file is needed")]).toEqual([2, true]);
  });
});

describe("eval", () => {
  test.each([
    ["1 + 1", "2\n"],
    ["(await queue.next())?.title", "First\n"],
    ["queue.tasks().then((tasks) => tasks.length)", "1\n"],
    ["for (const task of await queue.tasks()) console.log(task.id)", "RQ-0001\n"],
    ["undefined", ""],
    ["(await queue.next())?.title; ", "First\n"],
    ["type Title = string; enum E { A } console.log(E.A)", "0\n"],
    ["await 1; console.log(2)", "2\n"],
    ["let n = 0; for (; n < 3; n += 1); console.log(n);", "3\n"],
    ["for (const n of []);", ""],
    ["typeof v.object + typeof runTask + typeof runLoop", "functionfunctionfunction\n"],
  ])("%s", async (code, printed) => {
    using repo = withTasks();
    expect(await repo.cueloop("eval", code)).toEqual({ code: 0, stdout: printed, stderr: "" });
  });

  test("prints JSON", async () => {
    using repo = withTasks();
    const { stdout } = await repo.cueloop("eval", "--format", "json", "{ title: (await queue.get('RQ-0001')).title }");
    expect(json(stdout)).toEqual({ title: "First" });
    for (const none of ["undefined", "() => 1", "Symbol()"]) {
      expect((await repo.cueloop("eval", none, "--format", "json")).stdout).toBe("null\n");
    }
  });

  test.each([
    ["queue.nope.x", ["[eval].ts:1:", "TypeError"]],
    ["1 +", ["[eval].ts:"]],
    ["\nmissing", ["[eval].ts:2:", "ReferenceError"]],
  ])("%p is an error with a place", async (code, parts) => {
    using repo = withTasks();
    const result = await repo.cueloop("eval", code);
    expect(result.code).toBe(1);
    for (const part of parts) expect(result.stderr).toContain(part);
  });
});

describe("runs", () => {
  test("runTask gives the events in order and the outcome, and does what the command does", async () => {
    using repo = withAgent();
    const text = `import { runTask } from "cueloop";
const run = runTask("RQ-0002", { gitPublishMode: "commit" });
const kinds = [];
for await (const event of run) kinds.push(event.kind);
console.log(JSON.stringify({ kinds, outcome: await run.outcome }));
`;
    const { code, stdout, stderr } = await script(repo, text, "--force");
    expect(code, stderr).toBe(1);
    // The script itself is not committed: the run sees that, as any run does.
    expect(stderr).toContain("program.ts");
    repo.commit("program");
    const second = await repo.cueloop("script", "program.ts");
    expect(second.code, second.stderr).toBe(0);
    const { kinds, outcome } = json(second.stdout);
    expect(kinds).toEqual(
      expect.arrayContaining(["run_started", "task_selected", "agent_event", "gate_finished", "commit", "task_finished"]),
    );
    expect(Array.isArray(kinds) ? [kinds[0], kinds.at(-1)] : []).toEqual(["run_started", "run_finished"]);
    expect(outcome).toMatchObject({ kind: "ran", taskId: "RQ-0002", outcome: "done", commit: expect.stringMatching(/^[0-9a-f]{40}$/) });
    expect(statuses(repo.done())).toEqual(["RQ-0002 done"]);
    expect(stdout).toBe("");
  });

  test("runLoop works the queue", async () => {
    using repo = withAgent();
    const text = `import { runLoop } from "cueloop";
console.log(JSON.stringify(await runLoop({ maxTasks: 5, force: true }).outcome));
`;
    const { code, stdout, stderr } = await script(repo, text);
    expect(code, stderr).toBe(0);
    expect(json(stdout)).toMatchObject({ outcome: "no_candidates", attempted: 2, succeeded: 2, failed: [] });
    expect(statuses(repo.done())).toEqual(["RQ-0001 done", "RQ-0002 done"]);
  });

  test("leaving the loop over the events ends the run before the script goes on", async () => {
    using repo = withAgent();
    scriptedAgent(repo, [[{ hang: "hanging" }]]);
    const text = `import { openQueue, runTask } from "cueloop";
for await (const event of runTask("RQ-0001", { force: true })) if (event.kind === "turn_started") break;
console.log((await openQueue().get("RQ-0001"))?.status);
await openQueue().transaction("after", (draft) => draft.update("RQ-0002", { title: "After" }));
`;
    const { code, stdout, stderr } = await script(repo, text);
    expect([code, stdout], stderr).toEqual([0, "doing\n"]);
  });

  test("a signal ends it, and the error says so", async () => {
    using repo = withAgent();
    scriptedAgent(repo, [[{ hang: "hanging" }]]);
    const text = `import { runTask } from "cueloop";
const stop = new AbortController();
const run = runTask("RQ-0001", { force: true, signal: stop.signal });
try {
  for await (const event of run) if (event.kind === "turn_started") stop.abort();
} catch (error) {
  console.log(error.code, (await run.outcome.catch((again) => again)) === error);
}
`;
    const { code, stdout, stderr } = await script(repo, text);
    expect([code, stdout], stderr).toEqual([0, "run.interrupted true\n"]);
  });

  test("a signal that is over before it begins ends it as later", async () => {
    using repo = withAgent();
    const text = `import { runTask } from "cueloop";
console.log(await runTask("RQ-0001", { force: true, signal: AbortSignal.abort() }).outcome.catch((error) => error.code));
`;
    expect((await script(repo, text)).stdout).toBe("run.interrupted\n");
  });

  test("a second reader of the events is refused, and the run goes on", async () => {
    using repo = withAgent();
    const text = `import { runTask } from "cueloop";
const run = runTask("RQ-0001", { force: true });
const first = (async () => { for await (const event of run) void event; return "read"; })();
try { for await (const event of run) void event; } catch (error) { console.log(error.name); }
console.log(await first, (await run.outcome).kind);
`;
    expect((await script(repo, text)).stdout).toBe("RangeError\nread ran\n");
  });

  test("Ctrl-C ends the run with its agent, then the script", async () => {
    using repo = withAgent();
    scriptedAgent(repo, [[{ hang: "hanging" }]]);
    repo.write({ "program.ts": 'import { runTask } from "cueloop";\nawait runTask("RQ-0001", { force: true }).outcome;\n' });
    const child = repo.start([executable, "script", "program.ts"]);
    await repo.appeared("hanging");
    child.kill("SIGINT");
    expect(await child.exited).toBe(1);
    const stderr = await new Response(child.stderr).text();
    expect(stderr).toContain("program.ts:2:");
    const agent = Number(readFileSync(join(repo.home, "hanging"), "utf8"));
    expect(() => process.kill(agent, 0)).toThrow("ESRCH");
    expect(repo.has(".cueloop/lock")).toBe(false);
  });

  test("a run that fails ends a script that does not deal with it", async () => {
    using repo = withAgent();
    const text = 'import { runTask } from "cueloop";\nfor await (const event of runTask("RQ-0009", { force: true })) void event;\n';
    const { code, stderr } = await script(repo, text);
    expect(code).toBe(1);
    expect(stderr).toContain("program.ts:2:");
    expect(agentCalls(repo)).toEqual([]);
  });

  test.each([
    ['runTask("RQ-0001", { maxTurn: 3 })', "Did you mean `maxTurns`?"],
    ['runTask("RQ-0001", { effort: "huge" })', "effort"],
    ['runTask("")', "needs the id of a task"],
    ["runLoop({ quick: true, phases: 2 })", "exclude each other"],
    ['runLoop({ target: "main" })', "needs `parallel`"],
  ])("%s is refused at once", async (call, part) => {
    using repo = withAgent();
    const { code, stderr } = await script(repo, `import { runTask, runLoop } from "cueloop";\nvoid [runTask, runLoop];\n${call};\n`);
    expect(code).toBe(1);
    expect(stderr).toContain(part);
    expect(stderr).toContain("program.ts:3:");
  });
});

describe("beside a cueloop.config.ts", () => {
  const HOOKS = `import { writeFileSync } from "node:fs";
export default { hooks: { beforeTask: ({ task }) => { writeFileSync(process.env.HOME + "/marker", task.id); } } };
`;
  const RUN = 'import { runTask } from "cueloop";\nconsole.log((await runTask("RQ-0001", { force: true }).outcome).kind);\n';

  test("a run is refused until it is trusted, and then has its hooks", async () => {
    using repo = withAgent();
    repo.write({ "cueloop.config.ts": HOOKS });
    const refused = await script(repo, RUN);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("cueloop config trust");
    expect(existsSync(join(repo.home, "marker"))).toBe(false);
    await allowCode(repo);
    // What the script does after its last line is done, too.
    const { code, stdout, stderr } = await script(repo, `${RUN}setTimeout(() => console.log("later"), 20);\n`);
    expect([code, stdout], stderr).toEqual([0, "ran\nlater\n"]);
    expect(readFileSync(join(repo.home, "marker"), "utf8")).toBe("RQ-0001");
  });

  test("the queue is there without it, with one line about that", async () => {
    using repo = withTasks();
    repo.write({ "cueloop.config.ts": HOOKS });
    const { code, stdout, stderr } = await repo.cueloop("eval", "[await queue.next(), await openQueue().next()].length");
    expect([code, stdout]).toEqual([0, "2\n"]);
    expect(stderr.split("\n").filter((line) => line.includes("cueloop.config.ts"))).toHaveLength(1);
  });

  test("in the process of a run, its hooks use the queue they are given", async () => {
    using repo = withAgent();
    const config = `import { openQueue, runTask } from "cueloop";
import { writeFileSync } from "node:fs";
export default { hooks: { async beforeTask({ queue }) {
  const failed = (error) => error.code;
  const codes = [await openQueue().next().catch(failed), await runTask("RQ-0002").outcome.catch(failed), (await queue.get("RQ-0002")).id];
  writeFileSync(process.env.HOME + "/marker", codes.join());
} } };
`;
    repo.write({ "cueloop.config.ts": config }).commit();
    await allowCode(repo);
    const { code, stderr } = await repo.cueloop("run", "one", "--id", "RQ-0001", "--non-interactive");
    expect(code, stderr).toBe(0);
    expect(readFileSync(join(repo.home, "marker"), "utf8")).toBe("api.in_run,api.in_run,RQ-0002");
  });
});

test("inside a run, programs are refused", async () => {
  using repo = withTasks();
  repo.write({ "program.ts": 'console.log("ran");\n' });
  const line = (command: string) => ({ run: `cueloop ${command}` });
  scriptedAgent(repo, [[line("script program.ts"), line("script -"), line("eval 1")]], { agent: { ci_gate: { enabled: false } } });
  repo.commit();
  const { stdout } = await repo.cueloop("run", "one", "--id", "RQ-0001", "--non-interactive");
  expect(stdout).toContain("cueloop script program.ts -> 1");
  expect(stdout).toContain("cueloop script - -> 1");
  expect(stdout).toContain("cueloop eval 1 -> 1");
  expect(stdout).toContain("does not work from inside a run");
});
