import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import definitions from "../../src/commands/definitions.json" with { type: "json" };
import { executable, Repository, task } from "../support/repository.ts";

/** Commands over the books, each with arguments it accepts. */
const COMMANDS: readonly (readonly [string, ...string[]])[] = [
  ["queue list"],
  ["queue show", "RQ-0001"],
  ["queue next"],
  ["queue next-id"],
  ["queue explain"],
  ["queue validate"],
  ["task add", "Title"],
  ["task insert", "--input", "request.json"],
  ["task show", "RQ-0001"],
  ["task ready", "RQ-0003"],
  ["task status", "todo", "RQ-0001"],
  ["task start", "RQ-0001"],
  ["task done", "RQ-0001"],
  ["task reject", "RQ-0001"],
  ["task followups apply", "--task", "RQ-0001"],
  ["completions", "bash"],
];

const REQUEST = '{"version": 1, "tasks": [{"key": "a", "title": "First"}]}';
const PROPOSAL = {
  version: 1,
  source_task_id: "RQ-0001",
  tasks: [{ key: "a", title: "A", description: "D", priority: "low", independence_rationale: "Apart." }],
};

function repository(): Repository {
  const repo = new Repository();
  repo.books([task("RQ-0001"), task("RQ-0002"), task("RQ-0003", { status: "draft" }), task("RQ-0004", { tags: ["later"] })]);
  return repo.write({ "request.json": REQUEST, ".cueloop/cache/followups/RQ-0001.json": JSON.stringify(PROPOSAL) });
}

test.each(COMMANDS)("%s takes its arguments, and refuses an unknown option on stderr with exit code 2", async (path, ...given) => {
  using repo = repository();
  const words = path.split(" ");
  expect((await repo.cueloop(...words, ...given)).code).toBe(0);
  const refused = await repo.cueloop(...words, ...given, "--no-such-option");
  expect(refused.code).toBe(2);
  expect(refused.stdout).toBe("");
  expect(refused.stderr).toContain("--no-such-option");
  expect(refused.stderr).toContain(`cueloop ${path}`);
});

test.each([
  "queue show",
  "task add",
  "task show",
  "task ready",
  "task status",
  "task start",
  "task done",
  "task reject",
  "task followups apply",
  "completions",
  "queue",
  "task",
  "task followups",
])("%s without its argument is a usage error", async (path) => {
  using repo = repository();
  const before = repo.read(".cueloop/queue.jsonc");
  const refused = await repo.cueloop(...path.split(" "));
  expect(refused.code).toBe(2);
  expect(refused.stdout).toBe("");
  expect(refused.stderr).toContain(`cueloop ${path}`);
  expect(repo.read(".cueloop/queue.jsonc")).toBe(before);
});

test.each([
  ["queue list --status open", "draft, todo, doing, done or rejected"],
  ["queue list --format yaml", "compact, long or json"],
  ["queue list --sort-by age", "priority, created_at"],
  ["queue list --order up", "ascending or descending"],
  ["queue list --limit many", "whole number"],
  ["queue list --limit -1", "--limit"],
  ["queue list --include-done --only-done", "Conflicting flags"],
  ["queue show RQ-0001 --format yaml", "json, compact or text"],
  ["queue next-id --count 0", "whole number"],
  ["queue next-id --count 101", "1 to 100"],
  ["queue explain --format yaml", "text or json"],
  ["task add T --priority urgent", "critical, high, medium or low"],
  ["task add T --format yaml", "text or json"],
  ["task insert --format yaml", "text or json"],
  ["task show RQ-0001 --format text", "json or compact"],
  ["task status open RQ-0001", "draft, todo, doing, done or rejected"],
  ["task status todo RQ-0001 --tag-filter later", "Conflicting flags"],
  ["task done RQ-0001 RQ-0002", ""],
  ["task done -3", "-3"],
  ["task followups apply --task RQ-0001 --format yaml", "text or json"],
  ["completions tcsh", "bash, zsh, fish, powershell or elvish"],
])("%s is a usage error that names what is accepted", async (line, words) => {
  using repo = repository();
  const before = repo.read(".cueloop/queue.jsonc");
  const refused = await repo.cueloop(...line.split(" "));
  expect(refused.code).toBe(2);
  expect(refused.stdout).toBe("");
  expect(refused.stderr).toContain(words);
  expect(repo.read(".cueloop/queue.jsonc")).toBe(before);
});

const examples = definitions
  .filter(({ path }) => COMMANDS.some(([command]) => path === `cueloop ${command}`))
  .flatMap(({ examples: list }) => list.map((example) => example[1] ?? ""));

test("every command has examples", () => expect(examples.length).toBeGreaterThanOrEqual(COMMANDS.length));

test.each(examples)("the example runs: %s", async (line) => {
  using repo = repository();
  const bin = join(repo.base, "bin");
  mkdirSync(bin);
  mkdirSync(join(repo.home, ".config/fish/completions"), { recursive: true });
  symlinkSync(executable, join(bin, "cueloop"));
  const run = await repo.run(["bash", "-c", line], { env: { PATH: `${bin}:${repo.env["PATH"]}` } });
  expect(run.stderr).not.toContain("rror:");
  expect(run.code).toBe(0);
});

test("usage and help name what an option takes", async () => {
  using repo = new Repository();
  const refused = await repo.cueloop("task", "followups", "apply");
  expect(refused.stderr).toContain("[--task ID] [--input PATH] [--dry-run] [--format text|json]");
  const { stdout } = await repo.cueloop("queue", "list", "--help");
  expect(stdout).toMatch(/^ {2}--tag +TAG: /m);
  expect(stdout + refused.stderr).not.toContain("#0");
});
