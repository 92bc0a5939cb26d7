import { describe, expect, test } from "bun:test";
import { scriptedAgent } from "../support/agent.ts";
import { allowCode, withCode } from "../support/code.ts";
import { executable, Repository, task } from "../support/repository.ts";

const CONFIG = `import { defineConfig, defineCommand, v } from "cueloop";
setInterval(() => {}, 1000);
export default defineConfig({ commands: {
  triage: defineCommand({
    description: "List stale tasks",
    args: v.object({ ids: v.optional(v.array(v.string()), []) }),
    flags: v.object({
      staleDays: v.optional(v.pipe(v.number(), v.minValue(1), v.description("Days without a change")), 30),
      fix: v.boolean(), level: v.optional(v.picklist(["low", "high"])), tag: v.optional(v.array(v.string())),
    }),
    async run({ args, flags, queue, repo, config, print, log }) {
      console.log("heard");
      await print({ args, flags, tasks: (await queue.tasks()).map((task) => task.id), branch: repo.branch, version: config.version });
      if (flags.fix) await queue.transaction("triage", (draft) => { draft.update("RQ-0001", { priority: "low" }); });
      return args.ids.includes("seven") ? 7 : undefined;
    },
  }),
  broken: { description: "Throws", run() { throw new Error("not today"); } },
} });
`;

async function repository(): Promise<Repository> {
  const repo = new Repository();
  await withCode(repo, CONFIG);
  repo.books([task("RQ-0001", { title: "First", priority: "high" })]).commit("start");
  return repo;
}

describe("a command of the repository", () => {
  test("gets its arguments and flags by their schemas, and prints JSON that nothing else is in", async () => {
    using repo = await repository();
    const line = ["triage", "a", "seven", "--stale-days", "3", "--tag=x", "--tag", "y", "--level", "high", "--format", "json"];
    const run = await repo.cueloop(...line);
    expect(JSON.parse(run.stdout)).toMatchObject({
      args: { ids: ["a", "seven"] },
      flags: { staleDays: 3, fix: false, level: "high", tag: ["x", "y"] },
      tasks: ["RQ-0001"],
      branch: "main",
    });
    expect(run.stderr).toContain("[commands.triage] heard");
    expect(run.code).toBe(7);
  });

  test("changes the queue in a transaction", async () => {
    using repo = await repository();
    const run = await repo.cueloop("triage", "--fix");
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("staleDays: 30");
    expect(repo.active()).toMatchObject([{ priority: "low" }]);
  });

  test.each([
    [["--stale-days", "many"], "--stale-days takes a number, not `many`."],
    [["--stale-days", "0"], "--stale-days: Invalid value: Expected >=1 but received 0."],
    [["--stale-day", "1"], "unknown option `--stale-day`. Did you mean `--stale-days`?"],
    [["--level", "hihg"], "--level takes low, high, not `hihg`. Did you mean `high`?"],
    [["--tag"], "`--tag` needs a value."],
    [["--format", "yaml"], "--format takes text, json, not `yaml`."],
  ])("refuses %j as a built-in does", async (line, said) => {
    using repo = await repository();
    const run = await repo.cueloop("triage", ...line);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(`error: ${said}`);
    expect(run.stderr).toContain("See `cueloop triage --help`.");
  });

  test("has help, and is listed where the code is trusted", async () => {
    using repo = await repository();
    const help = await repo.cueloop("triage", "--help");
    expect(help.code).toBe(0);
    expect(help.stdout).toContain("usage: cueloop triage");
    expect(help.stdout).toMatch(/--stale-days NUMBER +Days without a change/);
    const overview = await repo.cueloop("--help");
    expect(overview.stdout).toMatch(/Commands of this repository\n {2}triage +List stale tasks\n {2}broken +Throws/);
    repo.write({ "cueloop.config.ts": `${CONFIG}// changed` });
    expect((await repo.cueloop("--help")).stdout).not.toContain("Commands of this repository");
  });

  test("that throws says where, in the user's file", async () => {
    using repo = await repository();
    const run = await repo.cueloop("broken");
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("The command broken failed");
    expect(run.stderr).toMatch(/cueloop\.config\.ts:18:/);
    expect(run.stderr).not.toMatch(/own-command|\$bunfs/);
  });

  test("is not known without trust, nor is a name that nobody defines", async () => {
    using repo = await repository();
    const typo = await repo.cueloop("triaje");
    expect(typo).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("there is no command `triaje`. Did you mean `cueloop triage`?"),
    });
    repo.write({ "cueloop.config.ts": `${CONFIG}// changed` });
    const run = await repo.cueloop("triage");
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("there is no command `triage`.");
    expect(run.stderr).toContain("cueloop.config.ts");
  });
});

test("a command cannot take the name of one of CueLoop's own", async () => {
  using repo = new Repository();
  await withCode(repo, 'export default { commands: { queue: { description: "x", run() {} } } };');
  const run = await repo.cueloop("anything");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("has the name of a command of CueLoop's own");
});

test.each([
  ["args: { days: v.number() }", "`commands.x.args` in this configuration must be `v.object({ … })`."],
  ["flags: v.object({ at: v.date() })", "`commands.x.flags.at` in this configuration cannot be typed: it must be a string, number"],
  ["flags: v.object({ at: v.optional(v.object({})) })", "`commands.x.flags.at` in this configuration cannot be typed"],
  ["flags: v.object({ at: 3 })", "`commands.x.flags.at` in this configuration is no schema of `v`."],
  [
    "flags: v.object({ level: v.picklist([1, 2]) })",
    "`commands.x.flags.level` in this configuration cannot be typed: a picklist must be one of words",
  ],
  [
    "flags: v.object({ format: v.string() })",
    "`commands.x.flags.format` in this configuration has the name of `--format`, which every command has",
  ],
  ["flags: v.object({ noColor: v.boolean() })", "`commands.x.flags.noColor` in this configuration has the name of `--no-color`"],
  ["flags: v.object({ aB: v.boolean(), a_b: v.boolean() })", "`commands.x.flags.a_b` in this configuration is typed `--a-b`, as `aB` is"],
  ['flags: v.object({ "größe": v.boolean() })', "`commands.x.flags.größe` in this configuration has a name that cannot be typed"],
  [
    "args: v.object({ a: v.optional(v.string()), b: v.string() })",
    "`commands.x.args.b` in this configuration is required, and `a` before it is not",
  ],
  [
    "args: v.object({ a: v.array(v.string()), b: v.optional(v.string()) })",
    "`commands.x.args.b` in this configuration is never given a word",
  ],
])("a line that could not be read is refused before one is typed: %s", async (part, said) => {
  using repo = new Repository();
  await withCode(repo, `import { v } from "cueloop";\nexport default { commands: {\n  x: { description: "d", ${part}, run() {} },\n} };\n`);
  for (const args of [["gate"], ["other"]]) {
    const { code, stderr } = await repo.cueloop(...args);
    expect([code, stderr]).toEqual([1, expect.stringContaining(said)]);
    expect(stderr).toContain(`${repo.path("cueloop.config.ts")}:3:`);
  }
});

test("the list of commands runs the code once it is known, no more", async () => {
  using repo = new Repository();
  await withCode(
    repo,
    'import { appendFileSync } from "node:fs";\nappendFileSync("ran", "x");\nexport default { commands: { hi: { description: "greets", run() {} } } };',
  );
  expect((await repo.cueloop("hi")).code).toBe(0);
  expect((await repo.cueloop("--help")).stdout).toContain("  hi  greets\n");
  expect(repo.read("ran")).toBe("x");
});

test("its help is text alone", async () => {
  using repo = new Repository();
  await withCode(repo, 'export default { commands: { hi: { description: "one\\x1b[2J\\ntwo", run() {} } } };');
  expect((await repo.cueloop("--help")).stdout).toContain("  hi  one two\n");
  expect((await repo.cueloop("hi", "--help")).stdout).toContain("\none two\n");
});

test("a command is a method of its object", async () => {
  using repo = new Repository();
  await withCode(
    repo,
    'export default { commands: { hi: { description: "greets", run({ print }) { return print(this.description); } } } };',
  );
  expect(await repo.cueloop("hi")).toMatchObject({ code: 0, stdout: "greets\n" });
});

test("Ctrl-C ends one that never waits", async () => {
  using repo = new Repository();
  await withCode(
    repo,
    'import { writeFileSync } from "node:fs"; export default { commands: { spin: { description: "x", run() { writeFileSync(process.env.HOME + "/spinning", ""); for (;;); } } } };',
  );
  const child = repo.start([executable, "spin"]);
  await repo.appeared("spinning");
  child.kill("SIGINT");
  expect(await child.exited).toBe(130);
});

test("what it prints without waiting is printed whole", async () => {
  using repo = new Repository();
  await withCode(
    repo,
    'export default { commands: { hi: { description: "x", run({ print }) { print("x".repeat(300_000)); print("end"); } } } };',
  );
  const { code, stdout } = await repo.cueloop("hi");
  expect([code, stdout.length, stdout.endsWith("\nend\n")]).toEqual([0, 300_005, true]);
});

test("inside a run, it is refused", async () => {
  using repo = new Repository();
  const agent = { agent: { ci_gate: { enabled: false }, git_publish_mode: "off" } };
  scriptedAgent(repo, [[{ run: "cueloop triage" }]], agent);
  repo.write({ "cueloop.config.ts": CONFIG }).books([task("RQ-0001", { title: "First" })]);
  await allowCode(repo);
  repo.commit("start");
  const { stdout } = await repo.cueloop("run", "one", "--id", "RQ-0001", "--non-interactive");
  expect(stdout).toContain("cueloop triage -> 1");
  expect(stdout).toContain("does not work from inside a run");
});
