import { describe, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { booksOf, json, record, statuses } from "../support/books.ts";
import { type CommandOptions, executable, type Finished, Repository, task } from "../support/repository.ts";

const RUN = "019387a2-7f00-7c3e-9b1e-0c5a4d2e8f11";
const OUTCOME = ".cueloop/cache/outcomes/RQ-0001.json";

/** A repository in which this test's process is a live run of RQ-0001. */
function running(): Repository {
  const registry = {
    version: 1,
    run_id: RUN,
    pid: process.pid,
    pid_start: null,
    boot_id: null,
    started_at: "2026-03-02T08:15:00.000000000Z",
    gate: { argv: null, timeout_seconds: 60, hooks_digest: null },
    children: [],
  };
  return new Repository()
    .books([task("RQ-0001", { status: "doing" }), task("RQ-0002")])
    .write({ [`.cueloop/cache/processes/${RUN}.json`]: JSON.stringify(registry) });
}

/** What the run's agent types. */
async function agent(repo: Repository, args: string[], options: CommandOptions = {}): Promise<Finished> {
  return repo.run([executable, ...args], { ...options, env: { CUELOOP_RUN_ID: RUN, CUELOOP_TASK_ID: "RQ-0001", ...options.env } });
}

describe("inside a run", () => {
  test.each([
    ["done", "done"],
    ["reject", "rejected"],
  ])("task %s of the own task is recorded, not done", async (word, outcome) => {
    using repo = running();
    const before = booksOf(repo);
    const result = await agent(repo, ["task", word, "RQ-0001", "--note", " limit is 5 ", "--note", " "]);
    expect(result).toMatchObject({ code: 0, stdout: "" });
    expect(result.stderr).toContain("recorded");
    expect(json(repo.read(OUTCOME))).toMatchObject({ version: 1, run_id: RUN, task_id: "RQ-0001", outcome, notes: ["limit is 5"] });
    expect(statSync(repo.path(OUTCOME)).mode & 0o777).toBe(0o600);
    expect(booksOf(repo)).toBe(before);
    expect(repo.has(".cueloop/lock")).toBe(false);
  });

  test("a second report replaces the outcome and adds its notes", async () => {
    using repo = running();
    await agent(repo, ["task", "done", "RQ-0001", "--note", "one"]);
    await agent(repo, ["task", "reject", "RQ-0001", "--note", "two"]);
    expect(json(repo.read(OUTCOME))).toMatchObject({ outcome: "rejected", notes: ["one", "two"] });
  });

  test.each(["task done RQ-0002", "task reject RQ-0002"])("%s, another task, is refused", async (line) => {
    using repo = running();
    const before = booksOf(repo);
    const result = await agent(repo, line.split(" "));
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toContain("RQ-0001");
    expect(booksOf(repo)).toBe(before);
    expect(repo.has(".cueloop/cache/outcomes")).toBe(false);
  });

  test.each([
    ["task add T", "task insert"],
    ["task ready RQ-0002", "run"],
    ["task start RQ-0002", "run"],
    ["task status done RQ-0001", "task done"],
    ["demo", "run"],
  ])("%s is refused, with what to type instead", async (line, words) => {
    using repo = running();
    const before = booksOf(repo);
    const result = await agent(repo, line.split(" "));
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toContain(words);
    expect(booksOf(repo)).toBe(before);
  });

  test.each([
    "queue list",
    "queue show RQ-0001",
    "queue next",
    "queue next-id",
    "queue explain",
    "queue validate",
    "task show RQ-0001",
    "completions bash",
    "version",
  ])("%s works", async (line) => {
    using repo = running();
    expect((await agent(repo, line.split(" "))).code).toBe(0);
  });

  const request = (count: number) =>
    JSON.stringify({
      version: 1,
      tasks: Array.from({ length: count }, (_, index) => ({
        key: `k${index}`,
        title: `T${index}`,
        custom_fields: { "cueloop.created_in_run": "mine" },
      })),
    });

  test("task insert: at the end, marked with the run, ten at most", async () => {
    using repo = running();
    expect((await agent(repo, ["task", "insert"], { stdin: request(4) })).code).toBe(0);
    expect(statuses(repo.active())).toEqual([
      "RQ-0001 doing",
      "RQ-0002 todo",
      "RQ-0003 todo",
      "RQ-0004 todo",
      "RQ-0005 todo",
      "RQ-0006 todo",
    ]);
    expect(record(repo.active(), "RQ-0003")["custom_fields"]).toEqual({ "cueloop.created_in_run": RUN });
    const before = booksOf(repo);
    const refused = await agent(repo, ["task", "insert"], { stdin: request(7) });
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("10");
    expect(booksOf(repo)).toBe(before);
    expect((await agent(repo, ["task", "insert"], { stdin: request(6) })).code).toBe(0);
  });

  test("task followups apply: at the end, and counted too", async () => {
    using repo = running();
    const proposal = {
      version: 1,
      source_task_id: "RQ-0001",
      tasks: [{ key: "a", title: "A", description: "D", priority: "low", independence_rationale: "Apart." }],
    };
    repo.write({ ".cueloop/cache/followups/RQ-0001.json": JSON.stringify(proposal) });
    expect((await agent(repo, ["task", "followups", "apply", "--task", "RQ-0001"])).code).toBe(0);
    expect(statuses(repo.active()).at(-1)).toBe("RQ-0003 todo");
    expect(record(repo.active(), "RQ-0003")["custom_fields"]).toEqual({ "cueloop.created_in_run": RUN });
    expect((await agent(repo, ["task", "insert"], { stdin: request(10) })).code).toBe(1);
  });

  test("without a live run of that name the variables mean nothing", async () => {
    using repo = running();
    const result = await agent(repo, ["task", "done", "RQ-0001"], { env: { CUELOOP_RUN_ID: "019387a2-7f00-7c3e-9b1e-000000000000" } });
    expect(result.code).toBe(0);
    expect(statuses(repo.done())).toEqual(["RQ-0001 done"]);
  });
});
