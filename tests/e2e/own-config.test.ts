import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { agentCalls, type Script, scriptedAgent } from "../support/agent.ts";
import { allowCode } from "../support/code.ts";
import { Repository, task } from "../support/repository.ts";

const here = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const CHANGE = { write: "src/new.ts", text: "export {};\n" } as const;

/** A repository that is configured as this one, with a gate that passes. */
async function likeThisOne(script: Script, fields: Readonly<Record<string, unknown>> = {}): Promise<Repository> {
  const repo = new Repository();
  scriptedAgent(repo, script);
  repo.books([task("RQ-0001", fields)]).write({ "cueloop.config.ts": here("cueloop.config.ts"), ".ci/run": "exit 0\n" });
  await allowCode(repo);
  repo.commit("set up");
  return repo;
}

test("what is shipped is committed only with its line in the changelog", async () => {
  using repo = await likeThisOne([[CHANGE]]);
  const run = await repo.cueloop("run", "one", "--quick");
  expect(run.code).toBe(1);
  expect(run.stdout + run.stderr).toContain("CHANGELOG.md says nothing of this change");
  expect(agentCalls(repo)).toHaveLength(1);
});

test.each<[string, Script, Readonly<Record<string, unknown>>]>([
  ["a line in the changelog", [[CHANGE, { write: "CHANGELOG.md", text: "## Unreleased\n\n- New.\n" }]], {}],
  ["the tag `internal`", [[CHANGE]], { tags: ["internal"] }],
  ["nothing that is shipped", [[{ write: "notes.md", text: "x\n" }]], {}],
])("with %s a task is done", async (_name, script, fields) => {
  using repo = await likeThisOne(script, fields);
  const run = await repo.cueloop("run", "one", "--quick");
  expect(run).toMatchObject({ code: 0, stderr: expect.not.stringContaining("Error") });
  expect(repo.done()).toHaveLength(1);
});

test("the command prints what the changelog says of the next version", async () => {
  using repo = await likeThisOne([]);
  repo.write({ "CHANGELOG.md": "# Changelog\n\n## Unreleased\n\n### Added\n\n- One thing.\n\n## 1.0.0\n\n- Old.\n" });
  expect(await repo.cueloop("unreleased")).toMatchObject({ code: 0, stdout: "### Added\n\n- One thing.\n" });
  repo.write({ "CHANGELOG.md": "# Changelog\n\n## Unreleased\n\n## 1.0.0\n" });
  expect(await repo.cueloop("unreleased")).toMatchObject({ code: 1, stdout: "Nothing yet.\n" });
});
