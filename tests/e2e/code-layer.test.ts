import { describe, expect, test } from "bun:test";
import { isRecord, json } from "../support/books.ts";
import { cueloopWith, digestOf, withCode } from "../support/code.ts";
import { executable, Repository } from "../support/repository.ts";

const DATA = JSON.stringify({ version: 2, agent: { phases: 1, iterations: 2 }, profiles: { night: { phases: 1, iterations: 4 } } });

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value);
}

describe("a trusted cueloop.config.ts", () => {
  test.each([
    ["an object", "export default { agent: { phases: 2 } };"],
    ["through defineConfig", 'import { defineConfig } from "cueloop";\nexport default defineConfig({ agent: { phases: 2 } });'],
    ["a function", "export default () => ({ agent: { phases: 2 } });"],
    ["an async function", "export default async () => { await Bun.sleep(1); return { agent: { phases: 2 } }; };"],
    ["a promise", "export default Promise.resolve({ agent: { phases: 2 } });"],
    ["a promise of a function", "export default Promise.resolve(async () => ({ agent: { phases: 2 } }));"],
  ])("may be %s", async (_, config) => {
    using repo = new Repository().write({ ".cueloop/config.jsonc": DATA });
    await withCode(repo, config);
    const shown = json((await repo.cueloop("config", "show", "--format", "json")).stdout);
    expect(at(shown, "agent", "phases")).toBe(2);
    expect(at(shown, "agent", "iterations")).toBe(2);
  });

  test("is above the project's file and below a profile; profiles merge by name", async () => {
    using repo = new Repository().write({ ".cueloop/config.jsonc": DATA });
    await withCode(repo, "export default { agent: { phases: 2, iterations: 3 }, profiles: { night: { phases: 3 }, own: { phases: 2 } } };");
    const night = (await repo.cueloop("config", "profiles", "show", "night")).stdout;
    expect(night).toContain("phases: 3");
    expect(night).toContain("iterations: 4");
    expect((await repo.cueloop("config", "profiles", "list")).stdout).toContain("own - phases=2");
  });

  test("sees, frozen, the configuration of the files, the command and the repository", async () => {
    using repo = new Repository().write({ ".cueloop/config.jsonc": DATA });
    await withCode(
      repo,
      `export default (context) => {
  console.log(JSON.stringify([context.config.agent.iterations, context.command, context.repoRoot, context.configFile, typeof context.version]));
  try { "use strict"; context.config.agent.iterations = 9; } catch (error) { console.log("frozen"); }
  return { agent: { phases: context.config.agent.iterations } };
};`,
    );
    const shown = await repo.cueloop("config", "show");
    expect(shown.stderr).toContain(JSON.stringify([2, ["config", "show"], repo.root, repo.path("cueloop.config.ts"), "string"]));
    expect(shown.stderr).toContain("frozen");
    expect(shown.stdout).toContain("phases: 2");
  });

  test("imports its own files, packages and the module cueloop", async () => {
    using repo = new Repository();
    await withCode(
      repo,
      'import { v, version, CueLoopError } from "cueloop";\nimport dep from "dep";\nimport { two } from "./two";\nif (!v.is(v.number(), two) || !version || !CueLoopError) throw new Error("no");\nexport default { agent: { phases: two, iterations: dep } };',
      {
        "two.ts": "export const two: number = 2;\n",
        "node_modules/dep/package.json": '{ "name": "dep", "main": "index.cjs" }',
        "node_modules/dep/index.cjs": "module.exports = 7;\n",
      },
    );
    expect(await repo.cueloop("config", "show")).toMatchObject({ code: 0, stdout: expect.stringMatching(/iterations: 7[\s\S]*phases: 2/) });
  });

  test("imports text, whatever its file is called", async () => {
    using repo = new Repository();
    await withCode(repo, 'import text from "./guide.md" with { type: "text" };\nconsole.log(JSON.stringify(text));\nexport default {};', {
      "guide.md": "# Guide\n",
    });
    expect((await repo.cueloop("config", "show")).stderr).toContain('"# Guide\\n"');
  });

  test("prints to standard error alone, whichever way it tries", async () => {
    using repo = new Repository();
    await withCode(
      repo,
      `import process, { stdout } from "node:process"; import { $, write, stdout as out } from "bun"; import { writeSync } from "node:fs"; import { spawnSync } from "node:child_process";
await $\`echo six\`; await Bun.$\`echo seven\`; Bun.spawnSync(["echo", "eight"], { stdout: "inherit" }); spawnSync("echo", ["nine"], { stdio: "inherit" }); writeSync(1, "ten\\n"); stdout.write("eleven\\n"); await write(out, "twelve\\n");
console.log("one"); console.table([{ a: 1 }]); process.stdout.write("two\\n"); await Bun.write(Bun.stdout, "three\\n"); globalThis.console.log("four");
setTimeout(() => console.log("later"), 1);
export default async () => { console.info("five %d", 5); await Bun.sleep(20); return {}; };`,
    );
    const shown = await repo.cueloop("config", "show", "--format", "json");
    expect(shown.code).toBe(0);
    expect(at(json(shown.stdout), "version")).toBe(2);
    for (const word of ["one", "two", "three", "four", "five 5", "later", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"])
      expect(shown.stderr).toContain(word);
    expect(shown.stderr).toContain("[cueloop.config.ts] one");
  });

  test("has its origin told leaf by leaf, keys that only code has among them", async () => {
    using repo = new Repository().write({ ".cueloop/config.jsonc": DATA });
    await withCode(repo, 'export default { agent: { phases: 2 }, parallel: { setup: ["true"] } };');
    const lines = (await repo.cueloop("config", "show", "--origin")).stdout.split("\n");
    expect(lines).toContain("agent.phases: 2 (ts)");
    expect(lines).toContain("agent.iterations: 2 (project)");
    expect(lines).toContain('agent.runner: "pi" (default)');
    expect(lines).toContain('parallel.setup: ["true"] (ts)');
    expect(lines).toContain("parallel.scope_aware: true (default)");
    expect(lines).toContain("hooks: [] (default)");
    expect(lines).toContain("ci_patterns: [] (default)");
    expect((await repo.cueloop("config", "show")).stdout).not.toMatch(/setup|scope_aware/);
    const leaves: unknown = JSON.parse((await repo.cueloop("config", "show", "--origin", "--format", "json")).stdout);
    expect(leaves).toContainEqual({ path: "agent.phases", value: 2, origin: "ts" });
  });

  test("has its functions told by their names", async () => {
    using repo = new Repository();
    await withCode(
      repo,
      'export default { hooks: [{ runEnd() {} }, { gate: () => ({ ok: true }) }], commands: { triage: { description: "d", run() {} } }, ci_patterns: [{ key: "k", all: ["a"], hint: "h" }] };',
    );
    const lines = (await repo.cueloop("config", "show", "--origin")).stdout.split("\n");
    expect(lines).toContain('hooks: ["gate","runEnd"] (ts)');
    expect(lines).toContain('commands: ["triage"] (ts)');
    expect(lines).toContain("runners: [] (default)");
    expect(lines).toContain('ci_patterns: [{"key":"k","all":["a"],"hint":"h"}] (ts)');
  });

  test("is left aside with --no-config-ts, without a word", async () => {
    using repo = new Repository().write({ ".cueloop/config.jsonc": DATA });
    await withCode(repo, "export default { agent: { phases: 2 } };");
    expect(await repo.cueloop("--no-config-ts", "config", "show")).toMatchObject({
      code: 0,
      stderr: "",
      stdout: expect.stringContaining("phases: 1"),
    });
    repo.write({ "cueloop.config.ts": "export default {" });
    expect((await repo.cueloop("gate", "--no-config-ts")).code).toBe(0);
    expect((await repo.cueloop("queue", "list", "--no-config-ts")).stderr).toBe("");
  });

  test("is loaded by a command that would run it, its settings with it", async () => {
    using repo = new Repository();
    await withCode(repo, 'export default { agent: { ci_gate: { enabled: true, argv: ["sh", "gate.sh"] } } };', {
      "gate.sh": "echo from the gate\n",
    });
    expect(await repo.cueloop("gate")).toMatchObject({ code: 0, stdout: expect.stringContaining("from the gate") });
  });

  test("is allowed for one process by CUELOOP_TRUST_DIGEST, and by no other digest", async () => {
    using repo = new Repository()
      .books([])
      .write({ "cueloop.config.ts": 'export default { agent: { ci_gate: { enabled: true, argv: ["true"] } } };' });
    const digest = await digestOf(repo);
    expect((await cueloopWith(repo, { CUELOOP_TRUST_DIGEST: digest }, "gate")).code).toBe(0);
    const other = await cueloopWith(repo, { CUELOOP_TRUST_DIGEST: `sha256:${"0".repeat(64)}` }, "gate");
    expect([other.code, other.stderr]).toEqual([
      1,
      expect.stringContaining(`allows sha256:${"0".repeat(64)}; the digest of what is there is ${digest}`),
    ]);
    expect((await cueloopWith(repo, { CUELOOP_TRUST_DIGEST: digest, CUELOOP_RUNNER_USED: "claude" }, "gate")).code).toBe(1);
    expect((await repo.cueloop("gate")).code).toBe(1);
    expect((await cueloopWith(repo, { CI: "true" }, "gate")).code).toBe(1);
  });
});

test("a repository inside another imports from all of the outer one, wherever it is called from", async () => {
  using repo = new Repository();
  const books = JSON.stringify({ version: 1, tasks: [] });
  repo.write({
    "service/.cueloop/queue.jsonc": books,
    "service/cueloop.config.ts": 'import { phases } from "../shared/phases";\nexport default { agent: { phases } };\n',
    "shared/phases.ts": "export const phases = 2;\n",
    "service/src/deep/file.txt": "",
  });
  const there = (...args: string[]) => repo.run([executable, ...args], { cwd: "service/src/deep" });
  const status = json((await there("config", "trust", "status", "--format", "json")).stdout);
  expect((await there("config", "trust", "allow", "--digest", String(at(status, "config_ts", "digest")))).code).toBe(0);
  expect((await there("config", "show", "--origin")).stdout).toContain("agent.phases: 2 (ts)");
});

describe("without a cueloop.config.ts", () => {
  test("the other extensions are not looked at, and nothing is said", async () => {
    using repo = new Repository().books([]).write({ "cueloop.config.js": "throw 1", "cueloop.config.mts": "throw 1" });
    expect(await repo.cueloop("config", "show")).toMatchObject({ code: 0, stderr: "" });
    expect((await repo.cueloop("config", "paths")).stdout.trimEnd().split("\n")).toHaveLength(5);
  });
});

test.each([
  ["untrusted", "export default {};"],
  ["error", "export default {"],
  ["trusted", "export default {};"],
])("config paths tells the state as its sixth line: %s", async (state, config) => {
  using repo = new Repository().books([]).write({ "cueloop.config.ts": config });
  if (state === "trusted") await withCode(repo, config);
  const lines = (await repo.cueloop("config", "paths")).stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(6);
  expect(lines[5]).toBe(`ts_config: ${repo.path("cueloop.config.ts")} (${state})`);
});
