import { describe, expect, test } from "bun:test";
import { acquireQueueLock } from "../../../src/queue/store/lock.ts";
import { outcomePath, readOutcome, removeOutcome, writeOutcome } from "../../../src/queue/store/outcome.ts";
import { BooksReader, readBooks } from "../../../src/queue/store/read.ts";
import { consumeStopRequest, readStopRequest, requestStop } from "../../../src/queue/store/stop.ts";
import { closeOpenBrackets } from "../../../src/queue/store/text-repair.ts";

import { fileText, Store, task } from "./store.ts";

test.each([
  ["[{", "[{\n}]"],
  ['{"a": [1, {"b": 2', '{"a": [1, {"b": 2\n}]}'],
  ['{"a": "[{", // [\n "b": [', '{"a": "[{", // [\n "b": [\n]}'],
  ["{'a': '\\'{', /* { */ b: {", "{'a': '\\'{', /* { */ b: {\n}}"],
  ["{}", null],
  ["[}", null],
  ["{]", null],
])("%j closed is %j", (text, closed) => expect(closeOpenBrackets(text)).toBe(closed));

test("a reader that asks again parses only what has changed", () => {
  using at = new Store();
  at.books([task("RQ-0001")]);
  const reader = new BooksReader(at.ctx, "strict");
  const first = reader.read();
  expect(reader.read()).toBe(first);
  at.books([task("RQ-0001"), task("RQ-0002")]);
  expect(reader.read().queue.tasks).toHaveLength(2);
  at.books([task("RQ-0001")], [task("RQ-0002", { status: "done", completed_at: "2026-03-02T09:00:00Z" })]);
  expect(reader.read()).toMatchObject({ donePresent: true, done: { tasks: [{ id: "RQ-0002" }] } });
  at.write("queue.jsonc", "{");
  expect(() => reader.read()).toThrow();
  at.books([task("RQ-0003")]);
  expect(reader.read().queue.tasks).toMatchObject([{ id: "RQ-0003" }]);
});

describe("reading", () => {
  test("a cut-off file is read leniently with a warning, and refused strictly", () => {
    using at = new Store();
    at.write("queue.jsonc", fileText([task("RQ-0001")]).slice(0, -3));
    expect(readBooks(at.ctx).queue.tasks).toHaveLength(1);
    expect(at.logged.map((line) => line.split(" ")[0])).toEqual(["warn", "info"]);
    expect(() => readBooks(at.ctx, "strict")).toThrow();
    at.write("queue.jsonc", '{"version": 1, "tasks": [{"id": ');
    expect(() => readBooks(at.ctx)).toThrow("repair in memory was tried");
  });

  test("a missing active file is an error, a missing done file is none", () => {
    using at = new Store();
    expect(() => readBooks(at.ctx)).toThrow(
      expect.objectContaining({ code: "queue.missing", hint: expect.stringContaining("cueloop init") }),
    );
    expect(readBooks(at.ctx, "unchecked")).toMatchObject({ queue: { tasks: [] }, donePresent: false });
    at.books([task("RQ-0001")]);
    expect(readBooks(at.ctx).donePresent).toBe(false);
    at.books([task("RQ-0001")], []);
    expect(readBooks(at.ctx).donePresent).toBe(true);
  });

  test("an invalid done file makes every checked read fail", () => {
    using at = new Store().books([task("RQ-0001")], [task("RQ-0002")]);
    expect(() => readBooks(at.ctx)).toThrow("RQ-0002");
    expect(readBooks(at.ctx, "unchecked").done.tasks).toHaveLength(1);
  });

  test("a task in both files is shown as its done record says, with a warning", () => {
    using at = new Store().books([task("RQ-0001"), task("RQ-0002")], [task("RQ-0001", { status: "done" })]);
    const books = readBooks(at.ctx);
    expect(books.queue.tasks.map((one) => one.id)).toEqual(["RQ-0002"]);
    expect(books.warnings.map((warning) => warning.task_id)).toEqual(["RQ-0001"]);
    expect(at.read("queue.jsonc")).toContain("RQ-0001");
  });

  test("a read that meets an archive half way looks again once it can be over", () => {
    using at = new Store().books([task("RQ-0001")], [task("RQ-0001", { status: "done", title: "Another" })]);
    expect(() => readBooks(at.ctx)).toThrow("RQ-0001");
    using _writer = acquireQueueLock(at.ctx, "task");
    const started = performance.now();
    expect(() => readBooks(at.ctx)).toThrow("RQ-0001");
    expect(performance.now() - started).toBeGreaterThanOrEqual(100);
  });

  test("writes nothing and needs no lock", () => {
    using at = new Store().books([task("RQ-0001")]);
    using _writer = acquireQueueLock(at.ctx, "run loop");
    readBooks(at.ctx);
    expect(at.list("")).toEqual(["cache", "lock", "queue.jsonc"]);
    expect(at.list("cache")).toEqual([]);
  });
});

test("a stop request is asked for, refreshed, seen and consumed", () => {
  using at = new Store();
  expect(consumeStopRequest(at.ctx)).toBe(false);
  requestStop(at.ctx);
  const first = readStopRequest(at.ctx);
  requestStop(at.ctx);
  expect(first).toMatch(/^Stop requested at 2\S+Z\n$/);
  expect(readStopRequest(at.ctx)).not.toBe(first);
  expect(consumeStopRequest(at.ctx)).toBe(true);
  expect(readStopRequest(at.ctx)).toBeNull();
});

test("an outcome keeps the notes of its run, redacted, and takes the last word", () => {
  using at = new Store();
  const said = { runId: "r1", taskId: "RQ-0001" };
  writeOutcome(at.ctx, { ...said, outcome: "done", notes: [" limit is 5 ", "  ", "pass hunter22"] });
  writeOutcome(at.ctx, { ...said, outcome: "rejected", notes: ["no"] });
  expect(readOutcome(at.ctx, "RQ-0001")).toMatchObject({ outcome: "rejected", notes: ["limit is 5", "pass [REDACTED]", "no"] });
  writeOutcome(at.ctx, { ...said, runId: "r2", outcome: "done", notes: [] });
  expect(readOutcome(at.ctx, "RQ-0001")).toMatchObject({ version: 1, run_id: "r2", task_id: "RQ-0001", outcome: "done", notes: [] });
  removeOutcome(at.ctx, "RQ-0001");
  expect(readOutcome(at.ctx, "RQ-0001")).toBeNull();
});

test.each(["../RQ-1", "a/b", "", "..", "RQ-0001.json"])("%j names no outcome", (id) => {
  using at = new Store();
  expect(() => outcomePath(at.ctx, id)).toThrow("is not a task id");
});
