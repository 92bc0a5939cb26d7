import { describe, expect, test } from "bun:test";
import { booksOf, operations, record, statuses } from "../support/books.ts";
import { executable, Repository, task } from "../support/repository.ts";

const completed = "2026-03-05T10:00:00.000000000Z";
const NOW = /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/;

async function refuses(tasks: unknown[], args: string[], ...words: string[]): Promise<void> {
  using repo = new Repository().books(tasks);
  const before = booksOf(repo);
  const result = await repo.cueloop("task", ...args);
  expect(result).toMatchObject({ code: 1, stdout: "" });
  for (const word of words) expect(result.stderr).toContain(word);
  expect(booksOf(repo)).toBe(before);
}

describe("task ready", () => {
  test("a draft becomes todo; stdout stays empty", async () => {
    using repo = new Repository().books([task("RQ-0001", { status: "draft", notes: ["old"] })]);
    const result = await repo.cueloop("task", "ready", " RQ-0001 ", "--note", " see token=abcdef123456 ");
    expect(result).toMatchObject({ code: 0, stdout: "" });
    expect(result.stderr).toContain("INFO");
    expect(record(repo.active(), "RQ-0001")).toMatchObject({
      status: "todo",
      notes: ["old", "see token=[REDACTED]"],
      updated_at: expect.stringMatching(NOW),
    });
    expect(operations(repo)).toEqual(["task ready RQ-0001"]);
  });

  test.each(["todo", "doing", "done"])("refuses a task in %s, naming its status", async (status) => {
    await refuses(
      [task("RQ-0001", { status, ...(status === "done" ? { completed_at: completed } : {}) })],
      ["ready", "RQ-0001"],
      "RQ-0001",
      status,
    );
  });

  test("refuses an unknown id", async () => refuses([task("RQ-0001")], ["ready", "RQ-0002"], "Task not found: RQ-0002"));
});

describe("task status", () => {
  test("any change among the active tasks, all with one snapshot", async () => {
    using repo = new Repository().books([task("RQ-0001", { status: "done", completed_at: completed }), task("RQ-0002"), task("RQ-0003")]);
    const result = await repo.cueloop("task", "status", "DOING", "RQ-0001", " RQ-0002", "RQ-0001", "--note", "n");
    expect(result).toEqual({ code: 0, stdout: "Status set to doing:\n  ✓ RQ-0001\n  ✓ RQ-0002\n2 updated.\n", stderr: "" });
    expect(statuses(repo.active())).toEqual(["RQ-0001 doing", "RQ-0002 doing", "RQ-0003 todo"]);
    const first = record(repo.active(), "RQ-0001");
    expect(first).toMatchObject({ notes: ["n"], started_at: expect.stringMatching(NOW) });
    expect(first).not.toHaveProperty("completed_at");
    expect(operations(repo)).toEqual(["task status doing RQ-0001 RQ-0002"]);
  });

  test("tags choose tasks", async () => {
    using repo = new Repository().books([
      task("RQ-0001", { tags: ["Later "] }),
      task("RQ-0002"),
      task("RQ-0003", { tags: ["x", "later"] }),
    ]);
    expect((await repo.cueloop("task", "status", "draft", "--tag-filter", "later", "--tag-filter", "none")).code).toBe(0);
    expect(statuses(repo.active())).toEqual(["RQ-0001 draft", "RQ-0002 todo", "RQ-0003 draft"]);
  });

  test("one unknown id: none is changed", async () =>
    refuses([task("RQ-0001")], ["status", "draft", "RQ-0001", "RQ-0009"], "Task not found: RQ-0009"));
  test("nothing chosen", async () => refuses([task("RQ-0001")], ["status", "draft"], "No task is selected"));
  test("a tag nobody has", async () => refuses([task("RQ-0001")], ["status", "done", "--tag-filter", "x"], "x"));

  test("done: each is archived, in order", async () => {
    using repo = new Repository().books([task("RQ-0001"), task("RQ-0002", { status: "doing" }), task("RQ-0003")]);
    const result = await repo.cueloop("task", "status", "done", "RQ-0002", "RQ-0001", "--note", "both");
    expect(result).toEqual({ code: 0, stdout: "Marked done: RQ-0002, RQ-0001\n", stderr: "" });
    expect(statuses(repo.active())).toEqual(["RQ-0003 todo"]);
    expect(statuses(repo.done())).toEqual(["RQ-0002 done", "RQ-0001 done"]);
    expect(repo.done()).toMatchObject([{ notes: ["both"] }, { notes: ["both"] }]);
    expect(operations(repo)).toEqual(["task status done RQ-0002 RQ-0001"]);
  });

  test("rejected: those that cannot be do not stop the others; exit code 1", async () => {
    using repo = new Repository().books([task("RQ-0001", { status: "draft" }), task("RQ-0002")]);
    const result = await repo.cueloop("task", "status", "rejected", "RQ-0001", "RQ-0002", "RQ-0009");
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(
      /^Marked rejected:\n {2}✗ RQ-0001: .*draft.*\n {2}✓ RQ-0002\n {2}✗ RQ-0009: Task not found: RQ-0009\n1 of 3 done\.\n$/,
    );
    expect(result.stderr).toContain("Error:");
    expect(statuses(repo.active())).toEqual(["RQ-0001 draft"]);
    expect(statuses(repo.done())).toEqual(["RQ-0002 rejected"]);
  });

  test("nothing could be finished: nothing is written", async () => {
    using repo = new Repository().books([task("RQ-0001", { status: "draft" })]);
    const before = booksOf(repo);
    expect((await repo.cueloop("task", "status", "done", "RQ-0001")).code).toBe(1);
    expect(booksOf(repo)).toBe(before);
  });
});

describe("task start", () => {
  test("todo becomes doing, with a start time", async () => {
    using repo = new Repository().books([task("RQ-0001")]);
    expect(await repo.cueloop("task", "start", "RQ-0001")).toEqual({ code: 0, stdout: "RQ-0001\tdoing\n", stderr: "" });
    expect(record(repo.active(), "RQ-0001")).toMatchObject({ status: "doing", started_at: expect.stringMatching(NOW) });
    expect(operations(repo)).toEqual(["task start RQ-0001"]);
  });

  test("begun already: says when, changes nothing", async () => {
    using repo = new Repository().books([task("RQ-0001", { status: "doing", started_at: completed })]);
    const before = booksOf(repo);
    const result = await repo.cueloop("task", "start", "RQ-0001");
    expect(result.code).toBe(0);
    expect(result.stdout).toContain(completed);
    expect(booksOf(repo)).toBe(before);
  });

  test("--reset sets the time anew", async () => {
    using repo = new Repository().books([task("RQ-0001", { status: "doing", started_at: completed })]);
    expect((await repo.cueloop("task", "start", "RQ-0001", "--reset")).stdout).toBe("RQ-0001\tdoing\n");
    expect(record(repo.active(), "RQ-0001")["started_at"]).not.toBe(completed);
  });

  test("gone back to todo: in work again, with its first start time", async () => {
    using repo = new Repository().books([task("RQ-0001", { started_at: completed })]);
    await repo.cueloop("task", "start", "RQ-0001");
    expect(record(repo.active(), "RQ-0001")).toMatchObject({ status: "doing", started_at: completed });
  });

  test("what it depends on is named, not enforced", async () => {
    using repo = new Repository().books([task("RQ-0001"), task("RQ-0002", { depends_on: ["RQ-0001"] })]);
    const result = await repo.cueloop("task", "start", "RQ-0002");
    expect(result).toMatchObject({ code: 0, stdout: "RQ-0002\tdoing\n" });
    expect(result.stderr).toContain("RQ-0001 (todo)");
  });

  test("a group is refused", async () => refuses([task("RQ-0001", { kind: "group" })], ["start", "RQ-0001"], "group"));
  test("a finished task is refused", async () =>
    refuses([task("RQ-0001", { status: "rejected", completed_at: completed })], ["start", "RQ-0001"], "rejected"));
  test("an unknown id is refused", async () => refuses([], ["start", "RQ-0001"], "Task not found: RQ-0001"));
});

describe.each([
  ["done", "done"],
  ["reject", "rejected"],
  ["rejected", "rejected"],
])("task %s", (word, status) => {
  test("moves the task to the end of the done file, notes in order, secrets taken out", async () => {
    using repo = new Repository().books(
      [task("RQ-0001"), task("RQ-0002", { status: "doing" })],
      [task("RQ-0003", { status: "done", completed_at: completed })],
    );
    const result = await repo.cueloop("task", word, "RQ-0001", "--note", "one", "--note", "password: hunter2hunter2", "--note", " ");
    expect(result).toMatchObject({ code: 0, stdout: "" });
    expect(statuses(repo.active())).toEqual(["RQ-0002 doing"]);
    expect(statuses(repo.done())).toEqual(["RQ-0003 done", `RQ-0001 ${status}`]);
    const moved = record(repo.done(), "RQ-0001");
    expect(moved).toMatchObject({ notes: ["one", "password: [REDACTED]"], custom_fields: {} });
    expect(moved["completed_at"]).toMatch(NOW);
    expect(moved["updated_at"]).toBe(moved["completed_at"]);
    expect(operations(repo)).toEqual([`task ${word === "done" ? "done" : "reject"} RQ-0001`]);
  });

  test("what the environment says of runner and model is kept", async () => {
    using repo = new Repository().books([task("RQ-0001", { custom_fields: { runner_used: "old", x: "y" } })]);
    await repo.run([executable, "task", word, "RQ-0001"], { env: { CUELOOP_RUNNER_USED: " Codex ", CUELOOP_MODEL_USED: " GPT " } });
    expect(record(repo.done(), "RQ-0001")["custom_fields"]).toEqual({ model_used: "GPT", runner_used: "codex", x: "y" });
  });

  test("a draft is told to be made ready first", async () =>
    refuses([task("RQ-0001", { status: "draft" })], [word, "RQ-0001"], "cueloop task ready RQ-0001"));
  test("a finished one is refused", async () =>
    refuses([task("RQ-0001", { status: "done", completed_at: completed })], [word, "RQ-0001"], "already done"));
  test("an unknown id is refused", async () => refuses([task("RQ-0001")], [word, "RQ-0002"], "Task not found: RQ-0002"));
  test("a blank id is refused", async () => refuses([task("RQ-0001")], [word, " "], "empty"));
});

test("cueloop undo takes a command back", async () => {
  using repo = new Repository().books([task("RQ-0001")]);
  await repo.cueloop("task", "done", "RQ-0001");
  expect((await repo.cueloop("undo")).code).toBe(0);
  expect(statuses(repo.active())).toEqual(["RQ-0001 todo"]);
});

test("a lock that is held by a live process is named, and nothing is written", async () => {
  using repo = new Repository().books([task("RQ-0001", { tags: ["x"] })]);
  repo.write({
    ".cueloop/lock/owner": `pid: ${process.pid}\nstarted_at: ${new Date().toISOString()}\ncommand: cueloop run loop\nlabel: run loop\n`,
  });
  const before = booksOf(repo);
  const result = await repo.cueloop("task", "status", "draft", "--tag-filter", "x");
  expect(result).toMatchObject({ code: 1, stdout: "" });
  for (const words of ["Queue lock already held", String(process.pid), "run loop", "cueloop queue unlock"])
    expect(result.stderr).toContain(words);
  expect(booksOf(repo)).toBe(before);
  expect((await repo.cueloop("task", "ready", "RQ-0001")).stderr).not.toContain("Queue lock already held");
});
