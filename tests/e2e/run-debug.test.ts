import { expect, test } from "bun:test";
import { statSync } from "node:fs";
import { scriptedAgent } from "../support/agent.ts";
import { executable, Repository, task } from "../support/repository.ts";

const SECRET = "sk-abcdefghijklmnop1234";

test("--debug keeps what the agent printed as it came, and log records, for the person alone", async () => {
  using repo = new Repository();
  scriptedAgent(repo, [[{ say: `the key is ${SECRET}` }, { stderr: `warned of ${SECRET}` }, { write: "one.txt", text: "1" }]]);
  repo.books([task("RQ-0001")]).commit("start");
  const run = await repo.cueloop("run", "one", "--debug");
  expect(run.code).toBe(0);
  expect(run.stdout).not.toContain(SECRET);
  const log = repo.read(".cueloop/logs/debug.log");
  expect(log).toMatch(new RegExp(`^\\[RUNNER STDOUT\\]\n\\{.*the key is ${SECRET}`, "m"));
  expect(log).toMatch(new RegExp(`^\\[RUNNER STDERR\\]\nwarned of ${SECRET}`, "m"));
  expect(statSync(repo.path(".cueloop/logs/debug.log")).mode & 0o777).toBe(0o600);
  expect(repo.git("status", "--porcelain", "--", ".cueloop/logs")).toBe("");
});

test("without it, and for a dry run, there is no such file", async () => {
  using repo = new Repository();
  scriptedAgent(repo, [[{ write: "one.txt", text: "1" }]]);
  repo.books([task("RQ-0001")]).commit("start");
  expect((await repo.cueloop("run", "one", "--debug", "--dry-run")).code).toBe(0);
  expect((await repo.cueloop("run", "one")).code).toBe(0);
  expect(repo.has(".cueloop/logs/debug.log")).toBeFalse();
});

test.each<[what: string, flags: string[], env: Record<string, string>, raw: boolean]>([
  ["redacted as a rule", [], {}, false],
  ["as it came with --debug", ["--debug"], {}, true],
  ["as it came with CUELOOP_RAW_DUMP", [], { CUELOOP_RAW_DUMP: "1" }, true],
])("what a failed agent printed is saved %s", async (_what, flags, env, raw) => {
  using repo = new Repository();
  scriptedAgent(repo, [[{ stderr: `no access with ${SECRET}` }, { exit: 3 }]], { agent: { runner_retry: { max_attempts: 1 } } });
  repo.books([task("RQ-0001")]).commit("start");
  const run = await repo.run([executable, "run", "one", ...flags], { env });
  expect(run.code).toBe(1);
  const saved = [...run.stderr.matchAll(/was saved to (\S+)/g)].map(([, path = ""]) => path);
  const text = (await Promise.all(saved.map((path) => Bun.file(path).text()))).join("\n");
  expect(text.includes(SECRET)).toBe(raw);
  expect(run.stderr.includes("secrets included")).toBe(raw);
  expect(run.stderr).not.toContain(SECRET);
});
