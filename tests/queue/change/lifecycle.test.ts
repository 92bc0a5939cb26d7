import { expect, test } from "bun:test";
import { readyTask, setStatus, startTask } from "../../../src/queue/change/lifecycle.ts";
import { TaskStatus } from "../../../src/queue/task.ts";
import { aTask, books, NOW } from "../books.ts";

const EARLIER = "2026-02-01T00:00:00.000000000Z";
const CHANGE = { now: NOW, redact: (text: string) => text.replace("hunter2", "[REDACTED]") };

test.each(TaskStatus.options.flatMap((from) => TaskStatus.options.map((to) => [from, to] as const)))(
  "a status edit goes from %s to %s",
  (from, to) => {
    const before = books([aTask("RQ-0009"), aTask("RQ-0001", { status: from })]);
    const { books: after, task, before: old } = setStatus(before, " RQ-0001 ", to, { ...CHANGE, note: " hunter2 " });
    expect(after.queue.tasks[1]).toBe(task);
    expect(task).toMatchObject({ status: to, updated_at: NOW, notes: ["[REDACTED]"] });
    expect(old).toBe(from);
  },
);

test("a draft is made ready", () => {
  expect(readyTask(books([aTask("RQ-0001", { status: "draft" })]), "RQ-0001", CHANGE).task.status).toBe("todo");
});

test.each(["todo", "doing", "done", "rejected"] as const)("a %s task is not made ready, and the refusal names its status", (status) => {
  expect(() => readyTask(books([aTask("RQ-0001", { status })]), "RQ-0001", CHANGE)).toThrow(`status ${status}`);
});

test.each([
  ["todo, never started", { status: "todo" }, false, { status: "doing", started_at: NOW, updated_at: NOW }, true],
  ["draft", { status: "draft" }, false, { status: "doing", started_at: NOW }, true],
  [
    "todo that was started before",
    { status: "todo", started_at: EARLIER },
    false,
    { status: "doing", started_at: EARLIER, updated_at: NOW },
    true,
  ],
  [
    "doing with a start time",
    { status: "doing", started_at: EARLIER, updated_at: EARLIER },
    false,
    { status: "doing", started_at: EARLIER, updated_at: EARLIER },
    false,
  ],
  ["doing without a start time", { status: "doing" }, false, { status: "doing", started_at: NOW }, true],
  ["doing, reset", { status: "doing", started_at: EARLIER }, true, { status: "doing", started_at: NOW, updated_at: NOW }, true],
] as const)("starting: %s", (_, before, reset, after, changed) => {
  const started = startTask(books([aTask("RQ-0001", before)]), "RQ-0001", { now: NOW, reset });
  expect(started.task).toMatchObject(after);
  expect(started.changed).toBe(changed);
  expect(started.books.queue.tasks[0]).toEqual(started.task);
});

test.each([
  [{ status: "done" }, "queue.start_terminal"],
  [{ status: "rejected" }, "queue.start_terminal"],
  [{ kind: "group" }, "queue.start_group"],
] as const)("%o cannot be started: %s", (overrides, code) => {
  expect(() => startTask(books([aTask("RQ-0001", overrides)]), "RQ-0001", { now: NOW })).toThrow(expect.objectContaining({ code }));
});
