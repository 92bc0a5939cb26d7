import { describe, expect, test } from "bun:test";
import { booksOf } from "../support/books.ts";
import { Repository, task } from "../support/repository.ts";

const books = (...tasks: unknown[]) => JSON.stringify({ version: 1, tasks }, null, 2);

/** Queue files that no command may accept, with what the message must say. */
const BAD: readonly (readonly [string, string, readonly string[]])[] = [
  ["broken JSON", '{\n  "version": 1,\n  "tasks": [ } ]\n}', [".cueloop/queue.jsonc:3:14"]],
  ["something behind the value", `${books()} {}`, [".cueloop/queue.jsonc:4:3"]],
  ["an empty file", " \n", [".cueloop/queue.jsonc", "empty"]],
  ["an unknown key", books(task("RQ-0001", { titel: "x" })), [".cueloop/queue.jsonc:", "titel", "title"]],
  ["an unknown key at the top", '{"version": 1, "task": []}', [".cueloop/queue.jsonc:1:", "`task`", "`tasks`"]],
  ["a wrong type", books(task("RQ-0001", { tags: "net" })), ["tasks[0].tags"]],
  ["a status that is none", books(task("RQ-0001", { status: "open" })), ["tasks[0].status", "rejected"]],
  ["another version", '{"version": 2, "tasks": []}', ["version"]],
  ["a duplicate id", books(task("RQ-0001"), task("RQ-0001")), ["RQ-0001", "tasks[1]"]],
  [
    "a cycle",
    books(task("RQ-0001", { depends_on: ["RQ-0002"] }), task("RQ-0002", { depends_on: ["RQ-0001"] })),
    ["RQ-0001", "RQ-0002", "depends_on"],
  ],
  ["a missing dependency", books(task("RQ-0001", { depends_on: ["RQ-0099"] })), ["RQ-0001", "RQ-0099", "non-existent"]],
  ["a task that depends on itself", books(task("RQ-0001", { depends_on: ["RQ-0001"] })), ["RQ-0001", "depends_on"]],
  ["a malformed id", books(task("RQ-1")), ["RQ-1"]],
  ["a missing timestamp", books(task("RQ-0001", { created_at: null })), ["RQ-0001", "created_at", "RFC3339 UTC timestamp"]],
  ["a nested custom field", books(task("RQ-0001", { custom_fields: { owner: {} } })), ["custom_fields", "owner"]],
];

const READS = ["queue list", "queue show RQ-0001", "queue next", "queue explain", "task show RQ-0001"];
const CHANGES = [
  "task add Title",
  "task ready RQ-0001",
  "task start RQ-0001",
  "task status doing RQ-0001",
  "task done RQ-0001",
  "task reject RQ-0001",
];

describe.each(BAD)("%s", (_name, text, words) => {
  test.each([...READS, ...CHANGES])("cueloop %s: exit code 1, one error that says where, nothing written", async (line) => {
    using repo = new Repository().write({ ".cueloop/queue.jsonc": text });
    const before = booksOf(repo);
    const result = await repo.cueloop(...line.split(" "));
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr.match(/Error:/g)).toHaveLength(1);
    for (const word of words) expect(result.stderr).toContain(word);
    expect(result.stderr).not.toMatch(/\n {4}at /);
    expect(booksOf(repo)).toBe(before);
    expect(repo.has(".cueloop/lock")).toBe(false);
  });
});

test.each([...READS, ...CHANGES])("not initialised: cueloop %s names the file and cueloop init", async (line) => {
  using repo = new Repository();
  const result = await repo.cueloop(...line.split(" "));
  expect(result).toMatchObject({ code: 1, stdout: "" });
  expect(result.stderr).toContain(".cueloop/queue.jsonc");
  expect(result.stderr).toContain("cueloop init");
  expect(repo.has(".cueloop")).toBe(false);
});

test.each([...READS, ...CHANGES])("one id on two different tasks: cueloop %s names both and queue repair", async (line) => {
  using repo = new Repository().books(
    [task("RQ-0001", { title: "One" })],
    [task("RQ-0001", { title: "Another", status: "done", completed_at: "2026-03-05T10:00:00.000000000Z" })],
  );
  const before = booksOf(repo);
  const result = await repo.cueloop(...line.split(" "));
  expect(result).toMatchObject({ code: 1, stdout: "" });
  for (const word of ["RQ-0001", "One", "Another", "queue repair"]) expect(result.stderr).toContain(word);
  expect(booksOf(repo)).toBe(before);
});

test.each(READS)("an invalid done file fails cueloop %s too", async (line) => {
  using repo = new Repository().books([task("RQ-0001")], [task("RQ-0002", { status: "doing" })]);
  const result = await repo.cueloop(...line.split(" "));
  expect(result).toMatchObject({ code: 1, stdout: "" });
  expect(result.stderr).toContain("RQ-0002");
});

test("a queue cut off at its end is read with a warning, and refused by a change", async () => {
  using repo = new Repository().write({ ".cueloop/queue.jsonc": `{"version": 1, "tasks": [${JSON.stringify(task("RQ-0001"))}` });
  const read = await repo.cueloop("queue", "list");
  expect(read).toMatchObject({ code: 0, stdout: "RQ-0001\ttodo\tmedium\tTask RQ-0001\n" });
  expect(read.stderr).toContain("WARN");
  const before = booksOf(repo);
  expect(await repo.cueloop("task", "done", "RQ-0001")).toMatchObject({ code: 1 });
  expect(booksOf(repo)).toBe(before);
});

test("comments, trailing commas and a byte order mark are read", async () => {
  const text = `\uFEFF// ours\n{ version: 1, 'tasks': [ ${JSON.stringify(task("RQ-0001"))}, /* end */ ], }`;
  using repo = new Repository().write({ ".cueloop/queue.jsonc": text });
  expect(await repo.cueloop("queue", "list")).toEqual({ code: 0, stdout: "RQ-0001\ttodo\tmedium\tTask RQ-0001\n", stderr: "" });
});
