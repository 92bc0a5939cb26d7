import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isCueLoopError } from "../../../src/base/errors.ts";
import { reconcile } from "../../../src/parallel/books/reconcile.ts";
import type { WorkerRecord } from "../../../src/parallel/state/record.ts";
import type { Books } from "../../../src/queue/books.ts";
import { CREATED_IN_RUN } from "../../../src/queue/change/made-in-run.ts";
import type { Task } from "../../../src/queue/task.ts";
import { activeIds, aTask, books, doneIds } from "../../queue/books.ts";
import { booksOf, operations } from "../../support/books.ts";
import { Coordinator, DONE, fileOf, proposal, QUEUE, READY } from "./coordinator.ts";

const OLD = aTask("RQ-0001", { status: "done" });
const SEVEN = aTask("RQ-0007");
const EIGHT = aTask("RQ-0008");
const BEFORE = books([SEVEN, EIGHT], [OLD]);
const EVIDENCE = { "cueloop.evidence": "gate=passed" };

function done(id: string, fields: Partial<Task> = {}): Task {
  return aTask(id, { status: "done", ...fields });
}

function untracked(before: Books = BEFORE): Promise<Coordinator> {
  return Coordinator.of(before, { tracked: false });
}

function take(at: Coordinator, record: WorkerRecord, result: Partial<typeof READY> = {}): Promise<void> {
  return reconcile({ context: at.context, lock: at.lock, books: "coordinator" }, record, { ...READY, ...result });
}

test("two workers that started from the same files lose nothing of each other", async () => {
  await using at = await untracked();
  await take(at, at.worker("RQ-0008", { [QUEUE]: fileOf([SEVEN]), [DONE]: fileOf([OLD, done("RQ-0008")]) }));
  expect([activeIds(at.books), doneIds(at.books)]).toEqual([["RQ-0007"], ["RQ-0001", "RQ-0008"]]);
  await take(at, at.worker("RQ-0007", { [QUEUE]: fileOf([EIGHT]), [DONE]: fileOf([OLD, done("RQ-0007")]) }));
  expect([activeIds(at.books), doneIds(at.books)]).toEqual([[], ["RQ-0001", "RQ-0008", "RQ-0007"]]);
  expect(operations(at.repo)).toEqual(Array(2).fill("parallel worker bookkeeping reconciliation"));
});

describe("a record that cannot be taken", () => {
  const { completed_at: _at, ...endless } = done("RQ-0008");
  test.each<[string, Record<string, string>, RegExp]>([
    ["no done file", {}, /not archived/],
    ["is missing", { [DONE]: fileOf([OLD]) }, /not archived/],
    ["is there twice", { [DONE]: fileOf([done("RQ-0008"), done(" RQ-0008 ")]) }, /has 2 records/],
    ["is rejected", { [DONE]: fileOf([aTask("RQ-0008", { status: "rejected" })]) }, /status rejected/],
    ["is not finished", { [DONE]: fileOf([EIGHT]) }, /status todo/],
    ["has no completed_at", { [DONE]: fileOf([endless]) }, /without completed_at/],
    ["has a blank completed_at", { [DONE]: fileOf([done("RQ-0008", { completed_at: " " })]) }, /without completed_at/],
    ["is in a file that does not parse", { [DONE]: '{"version": 1, "tasks": [' }, /done\.jsonc/],
    ["makes the queue invalid", { [DONE]: fileOf([done("RQ-0008", { depends_on: ["RQ-0099"] })]) }, /non-existent/],
  ])("%s: nothing changes, and the error names task, worker and file", async (_, files, reason) => {
    await using at = await untracked();
    const before = booksOf(at.repo);
    const record = at.worker("RQ-0008", { ...files, ...proposal("RQ-0008", "Later") });
    const error: unknown = await take(at, record).catch((thrown: unknown) => thrown);
    if (!isCueLoopError(error, "parallel.reconciliation")) throw error;
    expect(error.message).toMatch(reason);
    expect(error.message).toContain("RQ-0008");
    expect(error.message).toContain(record.workspace_path);
    expect(error.message).toContain(join(record.workspace_path, DONE));
    expect(error.kept).toBe(record.workspace_path);
    expect(booksOf(at.repo)).toBe(before);
    expect(existsSync(join(record.workspace_path, ".cueloop/cache/followups/RQ-0008.json"))).toBe(true);
  });

  test("done, where the worker says it was rejected", async () => {
    await using at = await untracked();
    const record = at.worker("RQ-0008", { [DONE]: fileOf([done("RQ-0008")]) });
    await expect(take(at, record, { outcome: "rejected" })).rejects.toMatchObject({ code: "parallel.reconciliation" });
  });
});

test("rejected, as the worker says: taken, without evidence and without its proposal", async () => {
  await using at = await untracked();
  const rejected = aTask("RQ-0008", { status: "rejected", notes: ["no need"] });
  await take(at, at.worker("RQ-0008", { [DONE]: fileOf([rejected]), ...proposal("RQ-0008", "Later") }), { outcome: "rejected" });
  expect(at.books.done.tasks.at(-1)).toEqual(rejected);
  expect(activeIds(at.books)).toEqual(["RQ-0007"]);
});

test("only the record of its own task is taken, whole, with the evidence of the gate", async () => {
  await using at = await untracked();
  const record = done("RQ-0008", { title: "As the worker has it", custom_fields: { "cueloop.evidence": "invented", k: "v" } });
  const files = {
    [QUEUE]: fileOf([aTask("RQ-0666", { title: "Invented" })]),
    [DONE]: fileOf([done("RQ-0001", { title: "Rewritten" }), done("RQ-0007"), record, done("RQ-0777")]),
  };
  await take(at, at.worker("RQ-0008", files));
  expect(at.books.queue.tasks).toEqual([SEVEN]);
  expect(at.books.done.tasks).toEqual([OLD, { ...record, custom_fields: { ...EVIDENCE, k: "v" } }]);
});

test("a second call changes nothing: no write, no snapshot, the record keeps its place", async () => {
  await using at = await untracked();
  const eight = at.worker("RQ-0008", { [DONE]: fileOf([done("RQ-0008")]), ...proposal("RQ-0008", "Later") });
  await take(at, eight);
  await take(at, at.worker("RQ-0007", { [DONE]: fileOf([done("RQ-0007")]) }));
  const before = booksOf(at.repo);
  await take(at, at.worker("RQ-0008", proposal("RQ-0008", "Later")));
  expect(booksOf(at.repo)).toBe(before);
  expect(existsSync(join(eight.workspace_path, ".cueloop/cache/followups/RQ-0008.json"))).toBe(false);
});

test("what a person changed meanwhile stays, and the active copy goes whatever it says", async () => {
  await using at = await untracked();
  at.repo.write({ [QUEUE]: fileOf([aTask("RQ-0008", { title: "Edited" }), aTask("RQ-0009"), SEVEN]) });
  await take(at, at.worker("RQ-0008", { [DONE]: fileOf([done("RQ-0008")]) }));
  expect(activeIds(at.books)).toEqual(["RQ-0009", "RQ-0007"]);
  expect(at.books.done.tasks.at(-1)).toEqual(done("RQ-0008", { custom_fields: EVIDENCE }));
});

describe("what the agent proposed", () => {
  const titles = (count: number, word: string) => Array.from({ length: count }, (_, index) => `${word} ${index}`);

  test("becomes tasks at the end, marked with the run; two workers get different ids, and ten each", async () => {
    await using at = await untracked();
    for (const id of ["RQ-0008", "RQ-0007"]) {
      await take(at, at.worker(id, { [DONE]: fileOf([done(id)]), ...proposal(id, ...titles(10, id)) }));
    }
    const { tasks } = at.books.queue;
    expect(activeIds(at.books)).toEqual(Array.from({ length: 20 }, (_, index) => `RQ-${String(index + 9).padStart(4, "0")}`));
    expect(tasks.map(({ title }) => title)).toEqual([...titles(10, "RQ-0008"), ...titles(10, "RQ-0007")]);
    expect(new Set(tasks.map((task) => task.custom_fields[CREATED_IN_RUN]))).toEqual(new Set([at.context.runId]));
    expect(at.events.filter(({ kind }) => kind === "followups_applied")).toHaveLength(2);
    expect(operations(at.repo)).toHaveLength(2);
  });

  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ["does not parse", { ".cueloop/cache/followups/RQ-0008.json": "{" }, /RQ-0008\.json/],
    [
      "is for another task",
      { ".cueloop/cache/followups/RQ-0008.json": proposal("RQ-0007", "x")[".cueloop/cache/followups/RQ-0007.json"] ?? "" },
      /RQ-0007/,
    ],
    ["is too long", proposal("RQ-0008", ...titles(11, "x")), /at most 10/],
  ])("%s: the task is finished all the same, the proposal is kept and a warning names it", async (_, files, reason) => {
    await using at = await untracked();
    const record = at.worker("RQ-0008", { [DONE]: fileOf([done("RQ-0008")]), ...files });
    await take(at, record);
    expect([activeIds(at.books), doneIds(at.books)]).toEqual([["RQ-0007"], ["RQ-0001", "RQ-0008"]]);
    const kept = ".cueloop/cache/followups/RQ-0008.json";
    expect(at.repo.read(kept)).toBe(files[kept] ?? "");
    expect(at.warnings()).toHaveLength(1);
    expect(at.warnings()[0]).toMatch(reason);
    expect(at.warnings()[0]).toContain("cueloop task followups apply --task RQ-0008 --dry-run");
  });
});

describe("who keeps the files", () => {
  test("git, where both are tracked: nothing is read or written", async () => {
    await using at = await Coordinator.of(BEFORE, { tracked: true });
    const before = booksOf(at.repo);
    await reconcile({ context: at.context, lock: at.lock, books: "git" }, at.worker("RQ-0008"), READY);
    expect(booksOf(at.repo)).toBe(before);
  });

  test("one that was added to git meanwhile stops the task, and nothing changes", async () => {
    await using at = await untracked();
    at.repo.git("add", "--force", QUEUE);
    const before = booksOf(at.repo);
    const record = at.worker("RQ-0008", { [DONE]: fileOf([done("RQ-0008")]) });
    await expect(take(at, record)).rejects.toThrow(/tracks only one of the queue files/);
    at.repo.git("add", "--force", DONE);
    at.repo.commit("track them");
    await expect(take(at, record)).rejects.toThrow(/not tracked by git when the run started/);
    expect(booksOf(at.repo)).toBe(before);
  });
});
