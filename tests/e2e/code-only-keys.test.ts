import { expect, test } from "bun:test";
import { DEFAULTS } from "../../src/config/defaults.ts";
import { printedConfig } from "../../src/config/show/document.ts";
import { json } from "../support/books.ts";
import { Repository } from "../support/repository.ts";

test("keys of code only have their defaults and are not printed", () => {
  expect([DEFAULTS.parallel.setup, DEFAULTS.parallel.scope_aware]).toEqual([null, true]);
  expect(JSON.stringify(printedConfig(DEFAULTS, { showSecrets: true }))).not.toMatch(/"setup"|scope_aware/);
});

test.each([
  ["setup", ["true"]],
  ["scope_aware", false],
])("config.jsonc cannot set parallel.%s, and the schema does not know it", async (key, value) => {
  using repo = new Repository();
  repo.write({ ".cueloop/config.jsonc": JSON.stringify({ version: 2, parallel: { [key]: value } }) });
  const shown = await repo.cueloop("config", "show", "--format", "json");
  expect(shown.code).toBe(1);
  expect(shown.stderr).toContain(key);
  const schema = json((await repo.cueloop("config", "schema")).stdout);
  expect(JSON.stringify(schema)).toContain("workspace_root");
  expect(JSON.stringify(schema)).not.toContain(`"${key}"`);
});
