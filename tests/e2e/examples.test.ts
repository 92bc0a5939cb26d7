import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { agentCalls, type Script, scriptedAgent } from "../support/agent.ts";
import { operations } from "../support/books.ts";
import { allowCode, cueloopWith } from "../support/code.ts";
import { Repository, task } from "../support/repository.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url).pathname;
const example = (path: string) => readFileSync(join(EXAMPLES, path), "utf8");
const write = (path: string, text = "fine\n") => ({ write: path, text });

interface Setting {
  readonly script?: Script;
  readonly tasks?: readonly Record<string, unknown>[];
  readonly files?: Readonly<Record<string, string>>;
}

/** A repository with an example's `cueloop.config.ts`, agreed to, whose tasks a script works. */
async function repositoryOf(name: string, setting: Setting = {}): Promise<Repository> {
  const repo = new Repository();
  scriptedAgent(repo, setting.script ?? [[write("one.txt")]], { agent: { git_publish_mode: "commit" } });
  repo
    .books(setting.tasks ?? [task("RQ-0001", { title: "First" })])
    .write({ "cueloop.config.ts": example(`${name}/cueloop.config.ts`), ...setting.files });
  await allowCode(repo);
  repo.commit("start");
  return repo;
}

test("the list names every example", () => {
  const names = readdirSync(EXAMPLES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect([...example("README.md").matchAll(/^- \[(.+?)\]/gm)].map(([, name]) => name).toSorted()).toEqual(
    names.map(({ name }) => name).toSorted(),
  );
});

test("every example fits the types that an editor gets", async () => {
  using repo = new Repository();
  cpSync(EXAMPLES, repo.root, { recursive: true });
  expect((await repo.cueloop("config", "types", "--write")).code).toBe(0);
  // For `node:` modules and `process`, as a repository that uses them installs it.
  repo.write({ "tsconfig.json": repo.read("tsconfig.json").replace('"types": []', '"types": ["bun-types"]') });
  mkdirSync(repo.path("node_modules"));
  symlinkSync(join(EXAMPLES, "../node_modules/bun-types"), repo.path("node_modules/bun-types"));
  symlinkSync("../shared-hooks/hooks", repo.path("node_modules/cueloop-hooks"));
  const programs = readdirSync(EXAMPLES, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const { code, stdout, stderr } = await repo.run([process.execPath, "check", "--no-script"]);
  expect([code, stdout + stderr]).toEqual([0, expect.stringContaining(`No type errors in ${programs.length} files`)]);
}, 60_000);

describe("gate-changed-packages", () => {
  const manifest = (name: string) => JSON.stringify({ name, scripts: { test: `echo ${name} >> "$HOME/tested"; test ! -e broken.txt` } });
  const files = { "packages/a/package.json": manifest("a"), "packages/b/package.json": manifest("b"), "package.json": "{}\n" };
  const tested = (repo: Repository) => [...new Set(readFileSync(join(repo.home, "tested"), "utf8").trim().split("\n"))].toSorted();

  test("the tests of a changed package run, and their output goes to the agent", async () => {
    const script = [[write("packages/a/broken.txt")], [{ run: "rm packages/a/broken.txt" }, write("packages/a/new.txt")]];
    using repo = await repositoryOf("gate-changed-packages", { files, script });
    expect(await repo.cueloop("run", "one")).toMatchObject({ code: 0 });
    expect(agentCalls(repo)[1]?.prompt).toContain("packages/a: tests failed");
    expect(tested(repo)).toEqual(["a"]);
  });

  test.each([
    ["of the root's manifest", "package.json", '{ "name": "all" }\n', ["a", "b"]],
    ["of one package", "packages/b/new.txt", "", ["b"]],
  ])("`cueloop gate` after a change %s", async (_name, path, text, expected) => {
    using repo = await repositoryOf("gate-changed-packages", { files });
    repo.write({ [path]: text });
    expect(await repo.cueloop("gate")).toMatchObject({ code: 0 });
    expect(tested(repo)).toEqual(expected);
  });
});

describe("ticket-trailer", () => {
  test("the commit names the ticket", async () => {
    using repo = await repositoryOf("ticket-trailer", { tasks: [task("RQ-0001", { title: "First", custom_fields: { ticket: "ABC-7" } })] });
    expect(await repo.cueloop("run", "one")).toMatchObject({ code: 0 });
    expect(repo.git("log", "-1", "--format=%(trailers:key=Ticket,valueonly)").trim()).toBe("ABC-7");
  });

  test("without one it is refused, until it has one", async () => {
    using repo = await repositoryOf("ticket-trailer");
    const run = await repo.cueloop("run", "one");
    expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining("RQ-0001 names no ticket") });
    expect(repo.git("log", "-1", "--format=%s").trim()).toBe("start");
    repo.books(
      [],
      repo.done().map((one) => Object.assign({}, one, { custom_fields: { ticket: "ABC-8" } })),
    );
    expect(await repo.cueloop("run", "one")).toMatchObject({ code: 0 });
    expect(repo.git("log", "-1", "--format=%s %(trailers:key=Ticket)").trim()).toBe("RQ-0001: First Ticket: ABC-8");
  });
});

describe("cost-guard", () => {
  const tasks = ["First", "Second", "Third"].map((title, index) => task(`RQ-000${index + 1}`, { title }));
  /** The example with an agent that costs 2.75 for each task. */
  const CONFIG = `import { writeFileSync } from "node:fs";
import guard from "./guard.ts";
export default (context) => ({
  ...guard(context),
  agent: { runner: "costly" },
  runners: { costly: { async *run({ cwd, taskId }) {
    writeFileSync(cwd + "/" + taskId + ".txt", "fine");
    for (const cost of [2, 0.75]) yield { type: "usage", input_tokens: 9, output_tokens: 1, cost, cumulative: false };
    yield { type: "text", text: "Done." };
  } } },
});
`;
  const guarded = () =>
    repositoryOf("cost-guard", { tasks, files: { "guard.ts": example("cost-guard/cueloop.config.ts"), "cueloop.config.ts": CONFIG } });

  test.each([
    ["a run", []],
    ["a parallel run", ["--parallel", "1"]],
  ])("in %s no further task is begun when the day's budget is spent, in later runs neither", async (_name, flags) => {
    using repo = await guarded();
    const loop = await repo.cueloop("run", "loop", ...flags);
    expect(loop.stdout + loop.stderr).toContain("RQ-0003: the day's budget is spent: 5.50 of 5.00");
    const one = await repo.cueloop("run", "one", "--id", "RQ-0003");
    expect(one).toMatchObject({ code: 1, stderr: expect.stringContaining("the day's budget is spent") });
    expect(repo.done()).toMatchObject([{ id: "RQ-0001" }, { id: "RQ-0002" }]);
    expect(repo.git("status", "--porcelain")).toBe("");
  });

  test("another day has its own budget", async () => {
    using repo = await guarded();
    repo.write({ ".cueloop/cache/spent.json": '{"day":"2026-01-01","cost":9}' });
    expect(await repo.cueloop("run", "one")).toMatchObject({ code: 0 });
    expect(repo.done()).toHaveLength(1);
    expect(JSON.parse(repo.read(".cueloop/cache/spent.json"))).toMatchObject({ cost: 2.75 });
  });
});

describe("local-model", () => {
  const files = { ".gitignore": ".cueloop/cache/\n.cueloop/logs/\n.cueloop/lock/\n", ".cueloop/config.jsonc": '{ "version": 2 }\n' };
  const asked: unknown[] = [];
  let answers: readonly unknown[] = [];
  let server: Bun.Server<undefined>;
  beforeAll(() => {
    const answer = async (request: Request) => {
      asked.push(await request.json());
      return new Response(answers.map((part) => `${JSON.stringify(part)}\n`).join(""));
    };
    server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: answer });
  });
  afterAll(() => server.stop(true));
  const says = (content: string) => ({ message: { role: "assistant", content }, done: false });
  const run = (repo: Repository) =>
    cueloopWith(repo, { LOCAL_MODEL_URL: server.url.origin }, "run", "one", "--git-publish-mode", "off", "--git-revert-mode", "disabled");

  test("the model's files are written, and what it used is told", async () => {
    answers = [says("Here:\n<<<FILE docs/one.txt\nfi"), says("ne\n>>>END\n"), { done: true, prompt_eval_count: 12, eval_count: 3 }];
    asked.length = 0;
    using repo = await repositoryOf("local-model", { files });
    expect(await run(repo)).toMatchObject({ code: 0 });
    expect(repo.read("docs/one.txt")).toBe("fine\n");
    expect(repo.done()).toMatchObject([{ id: "RQ-0001", status: "done" }]);
    expect(asked).toMatchObject([
      { model: "qwen2.5-coder", messages: [{ role: "system" }, { content: expect.stringContaining("First") }] },
    ]);
    expect((await repo.cueloop("task", "log", "RQ-0001", "--format", "json")).stdout).toMatch(/"input_tokens": ?12/);
  });

  test.each([
    ["a path outside", [says("<<<FILE ../evil.txt\nx\n>>>END\n"), { done: true }], "may not write ../evil.txt"],
    ["an error of the server", [{ error: "model not found" }], "model not found"],
  ])("%s fails the task", async (_name, parts, said) => {
    answers = parts;
    using repo = await repositoryOf("local-model", { files });
    expect(await run(repo)).toMatchObject({ code: 1, stderr: expect.stringContaining(said) });
    expect(repo.has("../evil.txt")).toBe(false);
  });
});

describe("triage-command", () => {
  const tasks = [
    task("RQ-0001", { title: "Old" }),
    task("RQ-0002", { title: "New", updated_at: new Date().toISOString() }),
    task("RQ-0003", { title: "Older" }),
  ];
  const priorities = (repo: Repository) =>
    repo.active().map((one) => (typeof one === "object" && one !== null && "priority" in one ? one.priority : null));

  test("lists, and with --fix lowers priorities in one change that can be undone", async () => {
    using repo = await repositoryOf("triage-command", { tasks });
    const listed = await repo.cueloop("triage", "--format", "json");
    expect(JSON.parse(listed.stdout)).toMatchObject([{ id: "RQ-0001" }, { id: "RQ-0003" }]);
    expect(operations(repo)).toEqual([]);
    expect(await repo.cueloop("triage", "--fix")).toMatchObject({ code: 0 });
    expect(priorities(repo)).toEqual(["low", "medium", "low"]);
    expect(operations(repo)).toEqual(["triage"]);
    expect(await repo.cueloop("undo")).toMatchObject({ code: 0 });
    expect(priorities(repo)).toEqual(["medium", "medium", "medium"]);
  });

  test("takes the days", async () => {
    using repo = await repositoryOf("triage-command", { tasks });
    expect((await repo.cueloop("triage", "--days", "100000", "--fix", "--format", "json")).stdout.trim()).toBe("[]");
    expect(operations(repo)).toEqual([]);
  });
});

describe("import-csv", () => {
  function withCsv(text: string): Repository {
    return new Repository().books([]).write({ "import-csv.ts": example("import-csv/import-csv.ts"), "tasks.csv": text });
  }

  test("each row becomes a task, all in one change", async () => {
    using repo = withCsv('\uFEFFtitle,priority,tags,description\r\n"Say ""hi"", twice",high,api; web,"two\nlines"\r\n\r\nPlain,,,');
    expect(await repo.cueloop("script", "import-csv.ts", "tasks.csv")).toEqual({ code: 0, stdout: "RQ-0001\nRQ-0002\n", stderr: "" });
    expect(repo.active()).toMatchObject([
      { title: 'Say "hi", twice', priority: "high", tags: ["api", "web"], description: "two\nlines" },
      { title: "Plain", priority: "medium", tags: [] },
    ]);
    expect(operations(repo)).toEqual(["import tasks.csv"]);
  });

  test.each([
    ["a priority that is none", "title,priority\nFirst,low\nSecond,urgent\n", "tasks.csv, task 2: priority:"],
    ["a missing title", "title,tags\n,api\n", "task 1: title: a title is needed"],
    ["a stray quote", 'title\nFirst\nSec"ond\n', "line 3: a quote"],
    ["a quote left open", 'title\n"First\n', "line 2: a quote"],
    ["a comma that is not quoted", "title\nFirst, or last\n", "task 1: column 2:"],
    ["an unknown column", "title,due\nFirst,now\n", "task 1: due:"],
  ])("with %s nothing is added", async (_name, text, said) => {
    using repo = withCsv(text);
    const run = await repo.cueloop("script", "import-csv.ts", "tasks.csv");
    expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining(said) });
    expect(repo.active()).toEqual([]);
  });
});

describe("shared-hooks", () => {
  /** One of the two, beside the package; its dependencies are installed from there. */
  async function member(name: string, tasks: readonly Record<string, unknown>[], script: Script): Promise<Repository> {
    const repo = new Repository();
    const shared = join(repo.base, "hooks");
    mkdirSync(shared);
    for (const file of ["package.json", "index.ts"]) writeFileSync(join(shared, file), example(`shared-hooks/hooks/${file}`));
    scriptedAgent(repo, script);
    repo.books(tasks);
    for (const file of ["package.json", "cueloop.config.ts"]) repo.write({ [file]: example(`shared-hooks/${name}/${file}`) });
    repo.write({ ".gitignore": `${repo.read(".gitignore")}node_modules/\n` });
    const installed = await repo.run([process.execPath, "install"]);
    if (installed.code !== 0) throw new Error(installed.stderr);
    await allowCode(repo);
    repo.commit("start");
    return repo;
  }
  const tasks = [task("RQ-0001", { title: "Vague" }), task("RQ-0002", { title: "Clear", scope: ["src"] })];

  test.each([
    ["web", [[write("src/a.txt")]], 1],
    ["api", [[write("src/a.txt")], [write("openapi.json")]], 2],
  ])("%s has them", async (name, script, turns) => {
    using repo = await member(name, tasks, script);
    const run = await repo.cueloop("run", "loop");
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout + run.stderr).toContain("RQ-0001: it has no scope");
    expect(agentCalls(repo)).toHaveLength(turns);
    expect(repo.git("log", "-1", "--format=%s %(trailers:key=Team)").trim()).toBe(`RQ-0002: Clear Team: ${name}`);
  });
});
