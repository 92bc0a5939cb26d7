import { describe, expect, test } from "bun:test";
import { executable, Repository } from "../support/repository.ts";
import { onTerminal } from "../support/terminal.ts";

const gate = (program: string, secret = "first-secret") =>
  JSON.stringify({ version: 2, agent: { ci_gate: { enabled: true, argv: [program] }, webhook: { secret } } });

/** A repository whose gate ran once, so that what it starts is on record. */
async function used(program = "true"): Promise<Repository> {
  const repository = new Repository().books([]).write({ ".cueloop/config.jsonc": gate(program) });
  repository.write({ ".cueloop/trust.jsonc": '{ "allow_project_commands": true }' });
  const first = await repository.cueloop("gate");
  expect(first.code).toBe(0);
  expect(first.stderr).toContain("First run here");
  return repository;
}

describe("settings that changed since they were trusted", () => {
  test.each([
    ["n", 1, 1],
    ["y", 0, 0],
  ])("are asked about on a terminal, secrets unseen; %j", async (key, code, later) => {
    using repository = await used();
    repository.write({ ".cueloop/config.jsonc": gate("env", "second-secret") });
    const seen = await onTerminal(repository, [executable, "gate"], "Trust them as they are now?", key);
    expect(seen.code).toBe(code);
    expect(seen.screen).toContain("agent.ci_gate");
    expect(seen.screen).toContain("agent.webhook.secret: [REDACTED] -> [REDACTED]");
    expect(seen.screen).not.toMatch(/(?:first|second)-secret/);
    expect((await repository.cueloop("gate")).code).toBe(later);
  });

  test("are refused on a terminal too with --non-interactive", async () => {
    using repository = await used();
    repository.write({ ".cueloop/config.jsonc": gate("env") });
    const seen = await onTerminal(repository, [executable, "run", "one", "--non-interactive"], "never shown", "");
    expect(seen.code).toBe(1);
    expect(seen.screen).toContain("cueloop config trust init");
  });

  test("are as they were after a switch back, and in a linked worktree", async () => {
    using repository = await used();
    repository.write({ ".cueloop/config.jsonc": gate("false") });
    expect((await repository.cueloop("gate")).code).toBe(1);
    repository.write({ ".cueloop/config.jsonc": gate("true") }).write({ ".gitignore": ".cueloop/trust.jsonc\n" });
    expect((await repository.cueloop("gate")).code).toBe(0);
    repository.commit();
    repository.git("worktree", "add", "--quiet", "side");
    repository.write({ "side/.cueloop/trust.jsonc": '{ "allow_project_commands": true }' });
    expect(await repository.run([executable, "gate"], { cwd: "side" })).toMatchObject({ code: 0 });
    repository.write({ "side/.cueloop/config.jsonc": gate("false") });
    expect((await repository.run([executable, "gate"], { cwd: "side" })).stderr).toContain('"argv":["true"]} -> ');
  });

  test("are not trusted by a yes that was withdrawn and given anew without a terminal", async () => {
    using repository = await used();
    repository.git("clean", "--force", "--quiet", ".cueloop/trust.jsonc");
    repository.write({ ".cueloop/config.jsonc": gate("env") });
    const result = await repository.cueloop("config", "trust", "init");
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("trust: created ");
    expect(result.stderr).toContain("--digest sha256:");
    expect((await repository.cueloop("gate")).code).toBe(1);
  });
});

describe("a hostile clone", () => {
  const COMMANDS = ["--version", "queue list", "completions bash", "config show", "config paths", "init --check", "run one --dry-run"];

  test.each([...COMMANDS, "gate", "run one"])("runs nothing of its own: cueloop %s", async (line) => {
    using repository = new Repository();
    const mark = `${repository.base}/mark`;
    const evil = `require("node:fs").writeFileSync(${JSON.stringify(mark)}, "");\n`;
    repository.books([]).write({
      "bunfig.toml": 'preload = ["./evil.ts"]\n[run]\npreload = ["./evil.ts"]\n',
      "evil.ts": evil,
      "cueloop.config.ts": evil,
      "node_modules/clipanion/index.js": evil,
      "package.json": '{ "name": "x", "imports": { "#*": "./evil.ts" }, "type": "module" }',
      "tsconfig.json": '{ "compilerOptions": { "paths": { "*": ["./evil.ts"] } } }',
      ".env": `BUN_OPTIONS=--preload=${repository.path("evil.ts")}\nNODE_OPTIONS=--require=${repository.path("evil.ts")}\n`,
      "evil.sh": `#!/bin/sh\n: > '${mark}'\n`,
      ".cueloop/config.jsonc": JSON.stringify({ agent: { claude_bin: "./evil.sh", ci_gate: { enabled: true, argv: ["./evil.sh"] } } }),
      ".cueloop/trust.jsonc": '{ "allow_project_commands": true }',
    });
    repository.commit();
    await repository.cueloop(...line.split(" "));
    expect(repository.has("../mark")).toBe(false);
  });
});

test("children get no variable that is meant for Bun", async () => {
  using repository = await used("env");
  const result = await repository.run([executable, "gate"], { env: { BUN_INSPECT_CONNECT_TO: "", BUN_OPTIONS: "", FOO: "bar" } });
  expect(result.stdout).toContain("FOO=bar");
  expect(result.stdout).not.toContain("BUN_");
});
