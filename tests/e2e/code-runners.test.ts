import { describe, expect, test } from "bun:test";
import { withCode } from "../support/code.ts";
import { AGAIN, asked, TELL, withRunner } from "../support/code-runner.ts";
import { Repository, task } from "../support/repository.ts";

describe("a runner of the configuration that is a program", () => {
  test("gets the prompt, and its lines are what it says", async () => {
    using repo = await withRunner(
      `{ command: ({ model, prompt, cwd, taskId }) => ({ argv: ["sh", "agent.sh", model, taskId], stdin: prompt, env: { WHERE: cwd } }) }`,
      { model: "m1" },
    );
    const run = await repo.cueloop("run", "one");
    expect(run.stderr).not.toContain("failed");
    expect(run.code).toBe(0);
    expect(run.stdout + run.stderr).toContain("m1 RQ-0001");
    expect(repo.read("prompt.txt")).toContain("First");
    expect(repo.done()).toMatchObject([{ id: "RQ-0001", status: "done" }]);
  });

  test("without `resume`, a later phase and a message begin anew", async () => {
    using repo = await withRunner(
      `{ command: (request) => { note([request.sessionId, request.prompt.includes("again please")]); return { argv: ["sh", "-c", "echo x >> one.txt"] }; },
         parse: (line) => [{ type: "session", id: "s-1" }, { type: "text", text: line }] }`,
      {},
      AGAIN,
    );
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(0);
    expect(asked(repo)).toEqual([
      [null, false],
      [null, true],
    ]);
  });

  test("with `resume` and a session, a message goes to the session", async () => {
    using repo = await withRunner(
      `{ command: () => { note("command"); return { argv: ["sh", "agent.sh"] }; },
         resume: ({ sessionId, prompt }) => { note([sessionId, prompt.includes("again please")]); return { argv: ["true"] }; },
         parse: (line) => (line.startsWith("{") ? [{ type: "session", id: JSON.parse(line).session }] : []) }`,
      {},
      AGAIN,
    );
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(0);
    expect(asked(repo)).toEqual(["command", ["s-1", true]]);
  });

  test.each([
    ["throws", `command() {\n throw new Error("no key for the model"); }`, "no key for the model"],
    ["gives no argv", "command: () => ({ stdin: 'x' })", "argv"],
    ["reads a line badly", `command: () => ({ argv: ["echo", "hi"] }), parse: () => [{ type: "nonsense" }]`, "at type"],
  ])("that %s fails the phase and says where", async (_, body, said) => {
    using repo = await withRunner(`{ ${body} }`);
    const run = await repo.cueloop("run", "one", "--git-revert-mode", "disabled");
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("of the runner mine failed");
    expect(run.stderr).toContain("cueloop.config.ts");
    expect(run.stderr).toContain(said);
    expect(run.stderr).not.toMatch(/adapt\.ts|\$bunfs/);
    expect(repo.done()).toEqual([]);
  });

  test("`classify` decides whether a failed call is tried again", async () => {
    using repo = await withRunner(
      `{ command: () => { note("called"); return { argv: ["sh", "-c", "echo my own words >&2; exit 7"] }; },
         classify: ({ exitCode, stderr }) => { note([exitCode, stderr.trim()]); return "retryable"; } }`,
      { runner_retry: { max_attempts: 2, base_backoff_ms: 1 } },
    );
    const run = await repo.cueloop("run", "one", "--git-revert-mode", "disabled");
    expect(run.code).toBe(1);
    expect(asked(repo)).toEqual(["called", [7, "my own words"], "called", [7, "my own words"]]);
  });

  test("models and efforts outside its lists are told of", async () => {
    using repo = await withRunner(`{ command: ({ model }) => ({ argv: ["echo", model] }), models: ["a", "b"], efforts: ["low"] }`);
    const run = await repo.cueloop("run", "one", "--model", "z", "--effort", "high");
    expect(run.stdout + run.stderr).toContain("z is not among the models known for mine: a, b.");
    expect(run.stdout + run.stderr).toContain("high is not among the reasoning efforts known for mine: low.");
  });
});

describe("a runner of the configuration that is a function", () => {
  test("yields what it does; the last text is its answer", async () => {
    using repo = await withRunner(
      `{ async *run({ cwd, prompt, model, effort }) {
        note([prompt.includes("First"), model, effort]);
        yield { type: "session", id: "gen-1" };
        writeFileSync(cwd + "/one.txt", "fine");
        yield { type: "tool_call", name: "write", summary: "one.txt" };
        yield { type: "usage", input_tokens: 3, output_tokens: 4, cumulative: false };
        yield { type: "text", text: "it is done" };
      } }`,
      { reasoning_effort: "low" },
      TELL,
    );
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(0);
    expect(asked(repo)).toEqual([[true, "default", "low"], { finalText: "it is done", sessionId: "gen-1", input: 3 }]);
    expect(repo.read("one.txt")).toBe("fine");
    expect(repo.done()).toMatchObject([{ id: "RQ-0001" }]);
  });

  test("that throws is a failed turn, with the user's line", async () => {
    using repo = await withRunner(`{ async *run() { yield { type: "text", text: "hm" };\n throw new Error("the service is gone"); } }`);
    const run = await repo.cueloop("run", "one", "--git-revert-mode", "disabled");
    expect(run.code).toBe(1);
    expect(run.stdout + run.stderr).toContain("The function run of the runner mine failed");
    expect(run.stdout + run.stderr).toContain("the service is gone");
    expect(run.stdout + run.stderr).toMatch(/cueloop\.config\.ts:5:/);
    expect(run.stderr).not.toMatch(/adapt\.ts|\$bunfs/);
  });

  test("works in the workers of a parallel run, from the bundle", async () => {
    using repo = await withRunner(
      `{ async *run({ cwd, taskId }) { note([cwd === process.cwd(), taskId]); writeFileSync(cwd + "/" + taskId + ".txt", "fine"); yield { type: "text", text: "ok" }; } }`,
      { git_publish_mode: "commit", ci_gate: { enabled: true, argv: ["true"] } },
    );
    await repo.cueloop("config", "trust", "init");
    repo.books([task("RQ-0001", { title: "First" }), task("RQ-0002", { title: "Second" })]).commit("two");
    const run = await repo.cueloop("run", "loop", "--parallel", "2", "--max-tasks", "2");
    expect(run.stderr).not.toContain("failed");
    expect(run.code).toBe(0);
    expect(repo.read("RQ-0001.txt") + repo.read("RQ-0002.txt")).toBe("finefine");
  });
});

test("a runner cannot take the name of one of CueLoop's own", async () => {
  using repo = new Repository();
  await withCode(repo, 'export default { runners: { Claude: { command: () => ({ argv: ["true"] }) } } };');
  repo.books([task("RQ-0001")]).commit("start");
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("has the name of a runner of CueLoop's own");
});
