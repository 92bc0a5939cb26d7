import { describe, expect, test } from "bun:test";
import { expectRefused, readyRepository } from "../support/refusal.ts";
import { executable, task } from "../support/repository.ts";

const RUNS = ["run one", "run loop"];
const ANY = [...RUNS, "run one --dry-run", "gate", "queue list", "task add More", "task diff RQ-0001", "init --non-interactive"];
const books = (...tasks: unknown[]) => JSON.stringify({ version: 1, tasks }, null, 2);

describe.each([
  ["queue.jsonc that is no JSON", "queue.jsonc", '{"version": 1,\n  "tasks": [}\n', [".cueloop/queue.jsonc:2:13", "cueloop undo"]],
  ["done.jsonc that is no JSON", "done.jsonc", '{"version": 1,\n  "tasks": [}\n', [".cueloop/done.jsonc:2:13"]],
  ["an unknown key of a task", "queue.jsonc", books(task("RQ-0001", { titel: "x" })), [".cueloop/queue.jsonc:", "titel", "`title`"]],
  ["a duplicate id", "queue.jsonc", books(task("RQ-0001"), task("RQ-0001")), ["RQ-0001", "same id", "queue repair"]],
  [
    "a cycle",
    "queue.jsonc",
    books(task("RQ-0001", { depends_on: ["RQ-0002"] }), task("RQ-0002", { depends_on: ["RQ-0001"] })),
    ["RQ-0001 -> RQ-0002 -> RQ-0001", "depends_on"],
  ],
  ["a dependency that is not there", "queue.jsonc", books(task("RQ-0001", { depends_on: ["RQ-0099"] })), ["RQ-0099", "correct the id"]],
])("%s", (_name, file, text, says) => {
  test.each(RUNS)("cueloop %s", async (line) => {
    using repo = readyRepository({ files: { [`.cueloop/${file}`]: text } });
    await expectRefused(repo, line, { says });
  });
});

describe.each([
  ["config.jsonc that is no JSON", "config.jsonc", '{"version": 2,\n  "agent": {"phases" 1}}', ["config.jsonc:2:22", "`phases`"]],
  [
    "an unknown key of the configuration",
    "config.jsonc",
    '{"version": 2,\n "agent": {"phase": 1}}',
    ["config.jsonc:2:12", "`agent.phase`", "`phases`"],
  ],
  ["a value of the wrong kind", "config.jsonc", '{"version": 2,\n "agent": {"phases": "two"}}', ["config.jsonc:2:", "agent.phases", "two"]],
  ["trust.jsonc that is no JSON", "trust.jsonc", '{"allow_project_commands":\n  yes}', ["trust.jsonc:2:3", "config trust init"]],
  ["an unknown key of the trust file", "trust.jsonc", '{"allow_project_commands": true, "why": 1}', ["trust.jsonc:1:34", "`why`"]],
])("%s", (_name, file, text, says) => {
  test.each(ANY)("cueloop %s", async (line) => {
    using repo = readyRepository({ files: { [`.cueloop/${file}`]: text } });
    await expectRefused(repo, line, { says });
  });
});

test.each(["gemini", "cursor", "kimi", "pi"])("the runner %s is not built: what is, and how to choose it", async (runner) => {
  for (const [agent, line] of [
    [{ runner }, "run one"],
    [{ runner }, "run loop"],
    [{ phases: 3, phase_overrides: { phase3: { runner } } }, "run one"],
    [{}, `run one --runner ${runner}`],
  ] as const) {
    using repo = readyRepository({ agent });
    await expectRefused(repo, line, { says: [`cannot drive the runner ${runner}`, "claude, codex, opencode", "agent.runner", "--runner"] });
  }
});

test("a runner that nobody knows: what there is", async () => {
  using repo = readyRepository({ agent: { runner: "cluade" } });
  await expectRefused(repo, "run one", { says: ["no runner cluade", "Did you mean claude?"] });
});

test("an enabled plugin with processor hooks is not passed over in silence", async () => {
  const manifest = { api_version: 1, id: "lint", version: "1.0.0", name: "Lint", processors: { bin: "lint", hooks: ["validate_task"] } };
  using repo = readyRepository({
    config: { plugins: { plugins: { script: { enabled: true }, lint: { enabled: true } } } },
    files: { ".cueloop/plugins/lint/plugin.json": JSON.stringify(manifest), ".cueloop/plugins/lint/lint": "#!/bin/sh\nexit 0\n" },
  });
  await expectRefused(repo, "run one", { says: ["processor hooks", "lint", 'plugins.plugins["lint"].enabled'] });
});

test.each([
  ["--notify", {}, "run one --notify", "the --notify flags have no effect"],
  ["all of --notify", {}, "run loop --notify --notify-fail --notify-sound --notify-when-unblocked", "the --notify flags have no effect"],
])("%s is answered by one warning, and the run goes on", async (_name, config, line, warning) => {
  using repo = readyRepository({ config, tasks: [task("RQ-0001"), task("RQ-0002", { status: "draft" })] });
  const run = await repo.run([executable, ...line.split(" ")]);
  expect(run.code).toBe(0);
  expect(run.stderr.match(/WARN/g)).toHaveLength(1);
  expect(run.stderr).toContain(warning);
  expect(repo.git("log", "--format=%s").trim().split("\n")).toEqual(["RQ-0001: Task RQ-0001", "start"]);
});
