import { expect, test } from "bun:test";
import { DEFAULTS } from "../../src/config/defaults.ts";
import { printedConfig } from "../../src/config/show/document.ts";
import { scriptedAgent } from "../support/agent.ts";
import { json } from "../support/books.ts";
import { allowCode, withCode } from "../support/code.ts";
import { Repository, task } from "../support/repository.ts";

test("keys of code only have their defaults and are not printed", () => {
  expect([DEFAULTS.parallel.setup, DEFAULTS.parallel.scope_aware]).toEqual([null, true]);
  expect([DEFAULTS.agent.turn_timeout_minutes, DEFAULTS.agent.idle_timeout_minutes]).toEqual([120, 60]);
  expect([DEFAULTS.agent.acp, DEFAULTS.agent.notification.terminal_bell]).toEqual([{ command: null, agents: {} }, false]);
  expect(JSON.stringify(printedConfig(DEFAULTS, { showSecrets: true }))).not.toMatch(
    /"setup"|scope_aware|timeout_minutes|"acp"|terminal_bell/,
  );
});

test.each([
  ["parallel", "setup", ["true"]],
  ["parallel", "scope_aware", false],
  ["agent", "turn_timeout_minutes", 5],
  ["agent", "idle_timeout_minutes", 5],
  ["agent", "acp", { command: ["x"] }],
])("config.jsonc cannot set %s.%s, and the schema does not know it", async (section, key, value) => {
  using repo = new Repository();
  repo.write({ ".cueloop/config.jsonc": JSON.stringify({ version: 2, [section]: { [key]: value } }) });
  const shown = await repo.cueloop("config", "show", "--format", "json");
  expect(shown.code).toBe(1);
  expect(shown.stderr).toContain(key);
  const schema = json((await repo.cueloop("config", "schema")).stdout);
  expect(JSON.stringify(schema)).toContain("workspace_root");
  expect(JSON.stringify(schema)).not.toContain(`"${key}"`);
});

test("config.jsonc cannot set agent.notification.terminal_bell", async () => {
  using repo = new Repository();
  repo.write({ ".cueloop/config.jsonc": '{ "version": 2, "agent": { "notification": { "terminal_bell": true } } }' });
  expect(await repo.cueloop("config", "show")).toMatchObject({ code: 1, stderr: expect.stringContaining("terminal_bell") });
});

test("settings that nothing acts on are accepted, kept and told", async () => {
  using repo = new Repository();
  await withCode(
    repo,
    'export default { agent: {\n  acp: { command: ["a", "--acp"], agents: { own: ["b"] } },\n  notification: { terminal_bell: true },\n} };\n',
  );
  const shown = await repo.cueloop("config", "show", "--origin");
  expect(shown.code).toBe(0);
  const lines = shown.stdout.split("\n");
  expect(lines).toContain('agent.acp.command: ["a","--acp"] (ts)');
  expect(lines).toContain('agent.acp.agents.own: ["b"] (ts)');
  expect(lines).toContain("agent.notification.terminal_bell: true (ts)");
  const file = repo.path("cueloop.config.ts");
  for (const [key, place] of [
    ["agent.acp.command", "2:10"],
    ["agent.acp.agents", "2:"],
    ["agent.notification.terminal_bell", "3:19"],
  ])
    expect(shown.stderr).toMatch(new RegExp(`${file}:${place}.*\`${key}\` is set, and this version does nothing with it`));
  expect((await repo.cueloop("config", "show")).stdout).not.toMatch(/acp|terminal_bell/);
  await withCode(repo, "export default { agent: { acp: { command: [] } } };");
  expect(await repo.cueloop("gate")).toMatchObject({ code: 1, stderr: expect.stringContaining("`agent.acp.command`") });
});

test.each([
  ["budget", "export default {\n  budget: { run: { cost: 5 } },\n};\n", "2:3"],
  ["hooks.onBudget", "export default {\n  hooks: [{ onBudget() {} }],\n};\n", "2:13"],
])("a limit that nothing holds is refused, not left aside: %s", async (key, config, place) => {
  using repo = new Repository();
  await withCode(repo, config);
  for (const args of [["gate"], ["run", "one"]]) {
    const { code, stderr } = await repo.cueloop(...args);
    expect(code).toBe(1);
    expect(stderr).toContain(`${repo.path("cueloop.config.ts")}:${place}: \`${key}\` is about budgets, which this version does not hold`);
  }
});

test("code sets them, and an agent that says nothing is stopped at its limit", async () => {
  using repo = new Repository();
  scriptedAgent(repo, [[{ hang: "hanging" }]], {
    agent: { runner_retry: { max_attempts: 1, base_backoff_ms: 1 }, git_revert_mode: "disabled" },
  });
  repo
    .books([task("RQ-0001")])
    .write({ "cueloop.config.ts": "export default { agent: { idle_timeout_minutes: 1 / 120 } };\n" })
    .commit("start");
  await allowCode(repo);
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("wrote nothing for 500 ms");
});
