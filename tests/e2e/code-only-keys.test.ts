import { expect, test } from "bun:test";
import { DEFAULTS } from "../../src/config/defaults.ts";
import { printedConfig } from "../../src/config/show/document.ts";
import { scriptedAgent } from "../support/agent.ts";
import { json } from "../support/books.ts";
import { allowCode } from "../support/code.ts";
import { Repository, task } from "../support/repository.ts";

test("keys of code only have their defaults and are not printed", () => {
  expect([DEFAULTS.parallel.setup, DEFAULTS.parallel.scope_aware]).toEqual([null, true]);
  expect([DEFAULTS.agent.turn_timeout_minutes, DEFAULTS.agent.idle_timeout_minutes]).toEqual([120, 60]);
  expect(JSON.stringify(printedConfig(DEFAULTS, { showSecrets: true }))).not.toMatch(/"setup"|scope_aware|timeout_minutes/);
});

test.each([
  ["parallel", "setup", ["true"]],
  ["parallel", "scope_aware", false],
  ["agent", "turn_timeout_minutes", 5],
  ["agent", "idle_timeout_minutes", 5],
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
